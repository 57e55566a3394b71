using PureLlm.Benchmarks.Kernels;

switch (args.FirstOrDefault())
{
    case "matmul":
        MatMulSpeed.Run(args[1..]);
        return 0;
    case "attention":
        AttentionSpeed.Run(args[1..]);
        return 0;
    default:
        Console.Error.WriteLine("usage: Benchmarks matmul [milliseconds for each figure] [part of a shape: 256x768]\n       Benchmarks attention [milliseconds for each figure]");
        return 2;
}

using PureLlm.Benchmarks.Kernels;
using PureLlm.Benchmarks.Peers;
using PureLlm.Benchmarks.Steps;

switch (args.FirstOrDefault())
{
    case "matmul":
        MatMulSpeed.Run(args[1..]);
        return 0;
    case "attention":
        AttentionSpeed.Run(args[1..]);
        return 0;
    case "step":
        return StepSpeed.Run(args[1..]);
    case "step-worker":
        return StepWorker.Run(args[1..]);
    case "gemm-worker":
        return GemmWorker.Run(args[1..]);
    default:
        Console.Error.WriteLine("usage: Benchmarks matmul [milliseconds for each figure] [part of a shape: 256x768]\n       Benchmarks attention [milliseconds for each figure]\n       Benchmarks step [model | all] [seconds for each] [by-operation]\n       Benchmarks step-worker, gemm-worker: see Peers/README.md");
        return 2;
}

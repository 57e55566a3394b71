using BenchmarkDotNet.Running;
using PureLlm.Benchmarks;
using PureLlm.Benchmarks.Kernels;
using PureLlm.Benchmarks.Peers;
using PureLlm.Benchmarks.Steps;
using PureLlm.Benchmarks.Tokenizer;

switch (args.FirstOrDefault())
{
    case "step":
        return StepSpeed.Run(args[1..]);
    case "step-memory":
        return StepMemory.Run(args[1..]);
    case "step-worker":
        return StepWorker.Run(args[1..]);
    case "gemm-worker":
        return GemmWorker.Run(args[1..]);
    case "tokenizer-fuzz":
        return TokenizerFuzz.Run(args[1..]);
    case "tokenizer-speed":
        return TokenizerSpeed.Run(args[1..]);
    case "tokenizer-train":
        return TrainingWorker.Run(args[1..]);
    default:
        BenchmarkSwitcher.FromAssembly(typeof(KernelSuite).Assembly).Run(args, SuiteConfig.Create());
        return 0;
}

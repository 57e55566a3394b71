using PureLlm.Cli.Benching;

namespace PureLlm.Tests.Cli.Benching;

public class HotLoopsTests
{
    private const string Listing = """
        ; Assembly listing for method PureLlm.Cli.Program:Main():int (FullOpts)
        G_M000_IG02:                ;; offset=0x0001
               vaddps   ymm0, ymm0, ymm1
               jl       SHORT G_M000_IG02
        ; Assembly listing for method PureLlm.Kernels.Cpu.RowJob:RunBlock[PureLlm.Kernels.Width256](ptr,int,int) (FullOpts)
        ; optimized code

        G_M000_IG03:                ;; offset=0x0010
               mov      rax, rdx

        G_M000_IG04:                ;; offset=0x0031
               vmovups  ymm0, ymmword ptr [rax]
               vfmadd231ps ymm1, ymm0, ymm0
               add      rax, 32
               jl       SHORT G_M000_IG04

        G_M000_IG05:                ;; offset=0x0050
               vmovups  ymm0, ymmword ptr [rax]
               jl       SHORT G_M000_IG05
               jmp      G_M000_IG03
        ; Assembly listing for method PureLlm.Kernels.Cpu.ThreadTeam:For(int):this (FullOpts)
        G_M000_IG02:                ;; offset=0x0001
               dec      eax
               jne      SHORT G_M000_IG02
        """;

    [Test]
    public void The_hot_loop_is_the_innermost_one_with_the_most_vector_instructions()
    {
        IReadOnlyList<HotLoops.Loop> loops = HotLoops.Read(Listing.Split('\n'));

        Assert.That(loops, Has.Count.EqualTo(1), "neither code of others nor a loop without vectors");
        Assert.That(loops[0].Method, Is.EqualTo("RowJob:RunBlock[Width256](ptr,int,int) (FullOpts)"));
        Assert.That(loops[0].Lines[0], Is.EqualTo("G_M000_IG04:"));
        Assert.That((loops[0].Instructions, loops[0].VectorInstructions), Is.EqualTo((4, 2)));
    }
}

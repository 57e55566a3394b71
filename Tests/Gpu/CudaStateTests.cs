using PureLlm.Kernels.Gpu;

namespace PureLlm.Tests.Gpu;

/// <summary>What is said when CUDA is not there, for each way in which it is not.</summary>
public sealed class CudaStateTests
{
    private static readonly CudaState s_working = new("libcuda.so.1", "libcuda.so.1", 0, "", 12040, 2, "550.54.15", null);

    [Test]
    public void A_driver_with_devices_has_no_problem()
    {
        Assert.That(s_working.Problem, Is.Null);
        Assert.That(s_working.Versions, Is.EqualTo("CUDA 12.4, driver 550.54.15"));
    }

    [Test]
    public void A_stub_is_taken_only_where_there_is_no_driver()
    {
        Dictionary<string, (nint Handle, int Result)> there = new() { ["stub"] = (1, CudaState.StubLibrary), ["second stub"] = (2, CudaState.StubLibrary), ["driver"] = (3, 100) };
        CudaDriver.Loaded Find(params string[] names) => CudaDriver.First(names, name => there.TryGetValue(name, out (nint Handle, int) found) ? found.Handle : 0, handle => there.Values.First(item => item.Handle == handle).Result);

        Assert.That(Find("absent", "stub", "driver").Name, Is.EqualTo("driver"), "one that does not start says why");
        Assert.That(Find("driver", "stub").Name, Is.EqualTo("driver"));
        Assert.That(Find("stub", "absent", "second stub"), Is.EqualTo(new CudaDriver.Loaded(1, "stub", 34)));
        Assert.That(Find("absent").Name, Is.Null);
    }

    [Test]
    public void Each_reason_is_told_from_the_others()
    {
        CudaState none = s_working with { Count = 0, Initialisation = 100, InitialisationText = "CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected" };
        (CudaState State, string Reason)[] cases =
        [
            (new CudaState(null, "libcuda.so.1", 0, "", 0, 0, null, null), "no NVIDIA driver"),
            (new CudaState(null, "libcuda.so.1", 0, "", 0, 0, "550.54.15", null), "the driver 550.54.15 runs, but none of libcuda.so.1 can be loaded"),
            (s_working with { Initialisation = 34 }, "stub for linking"),
            (s_working with { Version = 8000 }, "too old: CUDA 8.0"),
            (none, "sees no GPU"),
            (none with { Visible = "" }, "CUDA_VISIBLE_DEVICES=\"\" hides every GPU"),
            (s_working with { Count = 0, Visible = "7" }, "CUDA_VISIBLE_DEVICES=\"7\" hides every GPU"),
            (s_working with { Initialisation = 802, InitialisationText = "CUDA_ERROR_SYSTEM_NOT_READY" }, "fabric manager"),
            (s_working with { Initialisation = 803, InitialisationText = "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH" }, "different versions"),
            (s_working with { Initialisation = 804, InitialisationText = "CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE" }, "forward-compatibility"),
            (s_working with { Initialisation = 999, InitialisationText = "CUDA_ERROR_UNKNOWN: unknown error" }, "CUDA_ERROR_UNKNOWN: unknown error (999)"),
        ];
        foreach ((CudaState state, string reason) in cases) { Assert.That(state.Problem, Does.StartWith("CUDA: ").And.Contain(reason)); }
    }
}

namespace PureLlm.Tests.Tokenizer;

/// <summary>Large public files that some machines have beside the repository: the folder in PURELLM_SHARED, or ../shared.</summary>
internal static class SharedFiles
{
    /// <summary>The path of a shared file; ends the test as ignored where there is none.</summary>
    public static string Require(string relative)
    {
        string? root = Environment.GetEnvironmentVariable("PURELLM_SHARED");
        for (DirectoryInfo? at = new(TestContext.CurrentContext.TestDirectory); root is null && at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "PureLlm.sln")))
            {
                root = Path.Combine(at.FullName, "..", "shared");
            }
        }
        string path = Path.Combine(root ?? ".", relative);
        if (!File.Exists(path))
        {
            Assert.Ignore($"{relative} is not beside the repository; set PURELLM_SHARED to the folder that has it.");
        }
        return path;
    }
}

using System.Text.RegularExpressions;
using PureLlm.Cli;
using PureLlm.Cli.Learning;

namespace PureLlm.Tests.Cli.Learning;

/// <summary>The walk of README.md: what it shows is what comes out.</summary>
public sealed partial class ReadmeWalkTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Root(), "README.md"));

    [Test]
    public void The_transcript_of_the_walk_is_real()
    {
        Match walk = Transcript().Match(Readme);
        Assert.That(walk.Success, "the walk is in the README");
        using var cli = new CliRunner();
        Assert.That(cli.Run([.. CommandWords.Split(walk.Groups["command"].Value)]), Is.EqualTo(ExitCode.Ok), cli.Error.ToString());
        string[] shown = walk.Groups["text"].Value.TrimEnd('\n').Split('\n');
        Assert.That(shown[0], Is.EqualTo($"$ pure-llm {walk.Groups["command"].Value}"));
        Assert.That(OutputPattern.Mismatch(shown[1..], cli.Out.ToString()), Is.Null);
        Assert.That(shown.Any(line => line.Contains("−0.30405", StringComparison.Ordinal)));
    }

    [Test]
    public void The_picture_is_there_and_small()
    {
        string path = PicturePath().Match(Readme).Groups[1].Value;
        byte[] picture = File.ReadAllBytes(Path.Combine(Root(), path));
        Assert.That(picture[..4], Is.EqualTo(new byte[] { 0x89, (byte)'P', (byte)'N', (byte)'G' }));
        Assert.That(picture, Has.Length.LessThanOrEqualTo(200 * 1024));
    }

    private static string Root()
    {
        DirectoryInfo? folder = new(TestContext.CurrentContext.TestDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PureLlm.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new InvalidOperationException("The tests run outside of the repository.");
    }

    [GeneratedRegex(@"<!-- checked: (?<command>.+?) -->\n```\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Transcript();

    [GeneratedRegex(@"\]\((Cli/Web/[^)]+\.png)\)")]
    private static partial Regex PicturePath();
}

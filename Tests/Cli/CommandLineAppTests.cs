using PureLlm.Cli;

namespace PureLlm.Tests.Cli;

public sealed class CommandLineAppTests
{
    [Test]
    public void Alone_it_shows_the_home_screen_with_six_commands()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run(), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString().Split('\n').Count(line => line.StartsWith("  pure-llm ", StringComparison.Ordinal)), Is.EqualTo(6));
        Assert.That(cli.Out.ToString(), Does.Contain("start here: pure-llm demo"));
        Assert.That(cli.Error.ToString(), Is.Empty);
    }

    [Test]
    public void The_version_names_commit_platform_and_vector_width()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("--version"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Match(@"^pure-llm \d+\.\d+\.\d+ \(([0-9a-f]{7}|no commit)\) · \.NET 10\.\S+ · (linux|osx|win)-(x64|arm64) · (512-bit vectors|256-bit vectors|scalar code)\n$"));
    }

    [TestCase("docter", "unknown command 'docter'; did you mean doctor?")]
    [TestCase("zzzzzz", "unknown command 'zzzzzz'\n")]
    [TestCase("doctor --no-sped", "unknown option --no-sped; did you mean --no-speed?")]
    [TestCase("doctor --thread 2", "unknown option --thread; did you mean --threads?")]
    [TestCase("doctor --threads 0", "--threads 0: give a number from 1 to 1024")]
    [TestCase("doctor --threads many", "--threads many: give a number from 1 to 1024")]
    [TestCase("doctor now", "'now' is one word too many")]
    [TestCase("doctor --cwd no/such/folder", "there is no folder")]
    public void A_command_line_that_cannot_be_understood_ends_with_2_and_the_next_move(string line, string message)
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run(line.Split(' ')), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.StartWith("error: ").And.Contains(message));
        Assert.That(cli.Error.ToString(), Does.Not.Contain("   at "), "a stack trace is not for a user's mistake");
        Assert.That(cli.Out.ToString(), Is.Empty);
    }

    [Test]
    public void Verbose_adds_the_stack_trace()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("docter", "-v"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("   at "));
    }

    [Test]
    public void Words_after_two_dashes_are_no_options()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("doctor", "--", "--no-sped"), Is.EqualTo(ExitCode.Usage));
        Assert.That(cli.Error.ToString(), Does.Contain("'--no-sped' is one word too many"));
    }

    [Test]
    public void A_mistake_of_the_program_ends_with_1_and_leaves_a_report()
    {
        using var cli = new CliRunner();
        CommandHost host = cli.Host();
        var broken = new CommandHost { In = host.In, Out = host.Out, Error = host.Error, Folder = cli.Folder, Size = () => throw new InvalidOperationException("planted") };
        Assert.That(CommandLineApp.Run(["doctor", "--no-speed"], broken), Is.EqualTo(ExitCode.InternalError));
        string report = Directory.GetFiles(cli.Folder, "pure-llm-error-*.txt").Single();
        Assert.That(cli.Error.ToString(), Does.Contain("planted").And.Contains(report));
        Assert.That(cli.Error.ToString(), Does.Not.Contain("   at "));
        Assert.That(File.ReadAllText(report), Does.Contain("   at ").And.Contains("pure-llm doctor --no-speed"));
    }

    [Test]
    public void Doctor_is_ready_in_a_folder_that_can_be_written()
    {
        using var cli = new CliRunner();
        Assert.That(cli.Run("doctor", "--no-speed"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.Contain(" ready    yes"));
        Assert.That(Directory.GetFileSystemEntries(cli.Folder), Is.Empty);
        Assert.That(cli.Run("doctor", "--no-speed", "--json"), Is.EqualTo(ExitCode.Ok));
        Assert.That(cli.Out.ToString(), Does.StartWith("{\"schema\":\"pure-llm/doctor/1\"").And.EndsWith("}\n"));
    }
}

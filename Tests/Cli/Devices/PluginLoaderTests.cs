using System.Runtime.Loader;
using PureLlm.Cli;
using PureLlm.Cli.Devices;
using PureLlm.Kernels.Devices;

namespace PureLlm.Tests.Cli.Devices;

/// <summary>What comes of a plug-in that is not there, damaged, of another version, or not one at all.</summary>
public sealed class PluginLoaderTests
{
    private string folder = "";

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("pure-llm-plugin-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void Without_a_place_there_is_none()
    {
        PluginPlace place = PluginPlace.Of(new CommandHost { In = TextReader.Null, Out = TextWriter.Null, Error = TextWriter.Null, Folder = folder });
        Assert.That(place.Path, Is.EqualTo(Path.Combine(AppContext.BaseDirectory, "plugins", "ilgpu")));
        Assert.That(PluginLoader.Load(new PluginPlace(Path.Combine(folder, "plugins"), false)), Is.Null);
    }

    [Test]
    public void The_variable_names_a_folder_or_a_file_relative_to_where_the_program_works()
    {
        string file = EmittedAssembly.Write(Path.Combine(folder, "made"), DevicePlugin.Contract, [typeof(FakePlugin)]);
        foreach (string path in new[] { "made", Path.Combine("made", Path.GetFileName(file)), file })
        {
            PluginPlace place = PluginPlace.Of(new CommandHost { In = TextReader.Null, Out = TextWriter.Null, Error = TextWriter.Null, Folder = folder, Variable = name => name == PluginPlace.Variable ? path : null });
            using DevicePlugin plugin = PluginLoader.Load(place)!;
            Assert.That(plugin.Description, Is.EqualTo("fake 1.0"));
            Assert.That(AssemblyLoadContext.GetLoadContext(plugin.GetType().Assembly), Is.TypeOf<PluginLoadContext>());
        }
    }

    [Test]
    public void The_contract_comes_from_the_program_whatever_lies_beside_the_plug_in()
    {
        string file = EmittedAssembly.Write(folder, DevicePlugin.Contract, [typeof(FakePlugin)]);
        File.WriteAllText(Path.Combine(folder, "PureLlm.Kernels.dll"), "not even an assembly");
        using DevicePlugin plugin = PluginLoader.Load(new PluginPlace(file, true))!;
        Assert.That(plugin, Is.InstanceOf<FakePlugin>());
    }

    [Test]
    public void A_named_place_that_is_empty_is_an_error() => Refuses(Path.Combine(folder, "nowhere"), "neither a folder nor a file is there", "unset PURELLM_GPU_PLUGIN");

    [Test]
    public void A_folder_without_the_assembly_is_an_error() => Refuses(folder, "the folder holds no PureLlm.Kernels.Gpu.dll", "dotnet publish");

    [Test]
    public void Garbage_is_an_error()
    {
        string file = Path.Combine(folder, PluginPlace.FileName);
        File.WriteAllText(file, "all that glitters");
        Refuses(folder, "cannot be read as a .NET assembly", "dotnet publish");
        File.WriteAllBytes(file, []);
        Refuses(folder, "cannot be read as a .NET assembly", "dotnet publish");
    }

    [TestCase(0.3)]
    [TestCase(0.6)]
    [TestCase(0.9)]
    public void A_truncated_assembly_is_an_error(double share)
    {
        string file = Path.Combine(folder, PluginPlace.FileName);
        byte[] whole = File.ReadAllBytes(typeof(DevicePlugin).Assembly.Location);
        File.WriteAllBytes(file, whole[..(int)(share * whole.Length)]);
        Refuses(folder, "cannot be read as a .NET assembly", "dotnet publish");
    }

    [Test]
    public void An_assembly_that_is_no_plug_in_is_an_error() => Refuses(typeof(DevicePlugin).Assembly.Location, "no plug-in of pure-llm", "dotnet publish");

    [Test]
    public void Another_contract_is_refused_before_anything_of_it_is_loaded()
    {
        EmittedAssembly.Write(folder, "0", [typeof(ThrowingPlugin)], "Outdated");
        string file = Path.Combine(folder, "Outdated.dll");
        Refuses(file, $"built against contract 0, and this program has contract {DevicePlugin.Contract}", "build both from the same source");
        Assert.That(AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name), Has.None.EqualTo("Outdated"));
    }

    [Test]
    public void A_class_is_needed_and_one_is_enough()
    {
        EmittedAssembly.Write(folder, DevicePlugin.Contract, []);
        Refuses(folder, "must have one public class that derives from DevicePlugin and has a constructor without parameters, and it has 0", "may be the plug-in");
        string two = Path.Combine(folder, "two");
        EmittedAssembly.Write(two, DevicePlugin.Contract, [typeof(FakePlugin), typeof(RefusingPlugin)]);
        Refuses(two, "and it has 2", "may be the plug-in");
    }

    [Test]
    public void A_constructor_that_throws_is_named_with_its_words()
    {
        EmittedAssembly.Write(folder, DevicePlugin.Contract, [typeof(ThrowingPlugin)]);
        CliException error = Refuses(folder, "its start failed: InvalidOperationException: the moon is full", "--device cpu");
        Assert.That(error.Cause, Is.TypeOf<InvalidOperationException>());
    }

    [Test]
    public void A_dependency_that_is_missing_is_named()
    {
        string elsewhere = EmittedAssembly.Write(Path.Combine(folder, "elsewhere"), null, [typeof(FakePlugin)], "Dependency");
        Type parent = new ParentContext().LoadFromAssemblyPath(elsewhere).GetExportedTypes().Single();
        EmittedAssembly.Write(folder, DevicePlugin.Contract, [parent]);
        Refuses(folder, "it needs Dependency 0.0.0.0, which is neither in its folder nor in the program", "dotnet publish");
    }

    private static CliException Refuses(string path, string reason, string move)
    {
        CliException error = Assert.Throws<CliException>(() => PluginLoader.Load(new PluginPlace(path, true)))!;
        Assert.That(error.Message, Does.Contain(path).And.Contain(reason));
        Assert.That(error.Help, Has.Some.Contain(move));
        Assert.That((error.Code, error.ExitCode), Is.EqualTo(("G002", ExitCode.Input)));
        return error;
    }

    /// <summary>Loads an assembly where a plug-in does not look.</summary>
    private sealed class ParentContext() : AssemblyLoadContext("elsewhere")
    {
        protected override System.Reflection.Assembly? Load(System.Reflection.AssemblyName name) => AppDomain.CurrentDomain.GetAssemblies().FirstOrDefault(assembly => assembly.GetName().Name == name.Name);
    }
}

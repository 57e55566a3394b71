using PureLlm.Engine.Formats;

namespace PureLlm.Tests.Engine.Formats;

public class AtomicFileTests
{
    [Test]
    public void A_file_is_replaced_as_a_whole()
    {
        using TemporaryFolder folder = new();
        AtomicFile.Write(folder.At("a"), new byte[] { 1, 2 });
        AtomicFile.Write(folder.At("a"), new byte[] { 3 });
        Assert.That(File.ReadAllBytes(folder.At("a")), Is.EqualTo(new byte[] { 3 }));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_write_that_fails_leaves_the_old_file_and_no_other()
    {
        using TemporaryFolder folder = new();
        AtomicFile.Write(folder.At("a"), new byte[] { 1, 2 });
        Assert.That(() => AtomicFile.Write(folder.At("a"), file =>
        {
            file.WriteByte(9);
            throw new IOException("No space left on device");
        }), Throws.TypeOf<IOException>().With.Message.Contains("No space"));
        Assert.That(File.ReadAllBytes(folder.At("a")), Is.EqualTo(new byte[] { 1, 2 }));
        Assert.That(Directory.GetFiles(folder.Path), Has.Length.EqualTo(1));
    }

    [Test]
    public void A_file_left_by_a_crash_does_not_stand_in_the_way()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.At("a.saving"), "half");
        AtomicFile.Write(folder.At("a"), new byte[] { 1 });
        Assert.That(Directory.GetFiles(folder.Path).Select(Path.GetFileName), Is.EqualTo(new[] { "a" }));
    }

    [Test]
    public void A_missing_folder_is_an_error() =>
        Assert.That(() => AtomicFile.Write(Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString(), "a"), new byte[] { 1 }), Throws.InstanceOf<IOException>());
}

using System.Text;
using PureLlm.Tokenizer.Models;

namespace PureLlm.Tests.Tokenizer.Models;

public class ByteTrieTests
{
    [Test]
    public void Every_string_has_its_value_and_nothing_else_has_one()
    {
        var random = new Random(1);
        foreach ((int count, int longest, int letters) in new[] { (0, 1, 1), (1, 1, 1), (300, 1, 256), (5_000, 6, 3), (20_000, 8, 256) })
        {
            var expected = new Dictionary<string, int>();
            List<(ReadOnlyMemory<byte>, int)> entries = [];
            for (int value = 0; value < count; value++)
            {
                byte[] key = new byte[random.Next(1, longest + 1)];
                for (int i = 0; i < key.Length; i++)
                {
                    key[i] = (byte)random.Next(letters);
                }
                entries.Add((key, value));
                expected[Encoding.Latin1.GetString(key)] = value;
            }
            var trie = new ByteTrie(entries);
            foreach ((string key, int value) in expected)
            {
                byte[] bytes = Encoding.Latin1.GetBytes(key);
                Assert.That(trie.Value(trie.Walk(ByteTrie.Root, bytes)), Is.EqualTo(value));
                bytes = [.. bytes, (byte)random.Next(letters)];
                int node = trie.Walk(ByteTrie.Root, bytes);
                Assert.That(node == ByteTrie.None ? ByteTrie.None : trie.Value(node), Is.EqualTo(expected.GetValueOrDefault(Encoding.Latin1.GetString(bytes), ByteTrie.None)));
            }
        }
    }

    [Test]
    public void The_longest_prefix_wins_and_a_long_string_does_not_nest()
    {
        byte[] deep = [.. Enumerable.Repeat((byte)'x', 300_000)];
        var trie = new ByteTrie([("x"u8.ToArray(), 1), ("xxx"u8.ToArray(), 2), (deep, 3)]);
        Assert.That((trie.Longest(ByteTrie.Root, "xxxx"u8, out int length), length), Is.EqualTo((2, 3)));
        Assert.That((trie.Longest(ByteTrie.Root, deep, out length), length), Is.EqualTo((3, deep.Length)));
        Assert.That((trie.Longest(ByteTrie.Root, "yx"u8, out length), length), Is.EqualTo((ByteTrie.None, 0)));
    }
}

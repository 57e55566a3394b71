using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Models;
using PureLlm.Tokenizer.PreTokenizers;
using static PureLlm.Tests.Tokenizer.Models.PlainBytePairs;

namespace PureLlm.Tests.Tokenizer.Models;

/// <summary>Texts beyond ASCII, whose characters are merged before what surrounds them.</summary>
public class CharacterMergeTests
{
    /// <summary>Merges of what is there already, in the order of training: characters may merge first, if no token takes a part of one too early.</summary>
    [TestCase(31)]
    [TestCase(32)]
    [TestCase(33)]
    [TestCase(34)]
    [TestCase(35)]
    public void Characters_merge_as_the_textbook_does_where_merges_are_ordered(int seed)
    {
        string[] characters = ["日", "本", "語", "中", "한", "ｱ", "é", "а", "о", "😀", "a", " "];
        var random = new Random(seed);
        List<byte[]> tokens = [.. Bytes];
        List<(int Left, int Right)> merges = [];
        byte[] Draw(int most) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => characters[random.Next(characters.Length)])));
        while (merges.Count < 80)
        {
            // Neighbours in a text as it is encoded so far, so that every merge can happen and comes after its parts.
            List<int> symbols = Textbook(new BytePairModel(tokens, merges), Draw(6));
            int at = random.Next(symbols.Count);
            byte[] joined = at + 1 < symbols.Count ? [.. tokens[symbols[at]], .. tokens[symbols[at + 1]]] : [];
            if (joined.Length is > 0 and < 10 && !tokens.Exists(t => t.AsSpan().SequenceEqual(joined)))
            {
                tokens.Add(joined);
                merges.Add((symbols[at], symbols[at + 1]));
            }
        }
        var model = new BytePairModel(tokens, merges);
        Assert.That(model.IsOrdered);
        PieceEncoder encoder = model.CreateEncoder();
        for (int i = 0; i < 1500; i++)
        {
            byte[] piece = Draw(14);
            if (i % 10 == 0)
            {
                piece[random.Next(piece.Length)] = (byte)random.Next(256);
            }
            Assert.That(Encode(encoder, piece), Is.EqualTo(Textbook(model, piece)), () => Encoding.UTF8.GetString(piece));
        }
    }

    /// <summary>Merges inside characters, across them, and of parts of them; tokens that no merge makes.</summary>
    [TestCase(21, false)]
    [TestCase(22, false)]
    [TestCase(23, true)]
    [TestCase(24, true)]
    public void Characters_of_several_bytes_merge_as_the_textbook_does(int seed, bool ignoreMerges)
    {
        string[] characters = ["日", "本", "語", "中", "한", "ｱ", "é", "а", "😀", "a", " "];
        var random = new Random(seed);
        List<byte[]> tokens = [.. Bytes];
        List<(int Left, int Right)> merges = [];
        while (merges.Count < 60)
        {
            byte[] text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3).Select(_ => characters[random.Next(characters.Length)])));
            int at = random.Next(text.Length - 1), middle = at + 1 + random.Next(Math.Min(4, text.Length - at - 1)), end = middle + 1 + random.Next(Math.Min(4, text.Length - middle));
            int left = Id(text[at..middle]), right = Id(text[middle..Math.Min(end, text.Length)]);
            if (left >= 0 && right >= 0 && !merges.Contains((left, right)))
            {
                byte[] joined = [.. tokens[left], .. tokens[right]];
                if (Id(joined) < 0)
                {
                    tokens.Add(joined);
                }
                merges.Add((left, right));
            }
        }
        tokens.AddRange(new[] { "語語"u8.ToArray(), "日中é"u8.ToArray(), "中中中中中中"u8.ToArray() }.Where(t => Id(t) < 0));
        var model = new BytePairModel(tokens, merges, ignoreMerges);
        PieceEncoder encoder = model.CreateEncoder();
        for (int i = 0; i < 1500; i++)
        {
            string text = i % 50 == 0 ? "中中中中中中" : i % 51 == 0 ? "語語" : string.Concat(Enumerable.Range(0, random.Next(1, 14)).Select(_ => characters[random.Next(characters.Length)]));
            byte[] piece = Encoding.UTF8.GetBytes(text);
            if (random.Next(5) == 0)
            {
                piece[random.Next(piece.Length)] = (byte)random.Next(256);
            }
            List<int> expected = ignoreMerges && model.Find(piece) is var whole and >= 0 ? [whole] : Textbook(model, piece);
            Assert.That(Encode(encoder, piece), Is.EqualTo(expected), () => Convert.ToHexString(piece));
        }

        int Id(byte[] bytes) => tokens.FindIndex(t => t.AsSpan().SequenceEqual(bytes));
    }

    /// <summary>Runs of characters of three bytes are scanned and encoded in one step, which must see the split's borders where tokens could span them.</summary>
    [TestCase(41, false)]
    [TestCase(42, false)]
    [TestCase(43, true)]
    [TestCase(44, true)]
    [TestCase(45, true)]
    public void Texts_are_the_merges_of_their_pieces(int seed, bool ignoreMerges)
    {
        string[] characters = ["日", "本", "語", "中", "한", "국", "，", "。", "Ａ", "ａ", "１", "\u3000", "\u0940", "\u20DD", "é", "а", "😀", "a", "A", " ", " ", "\n", "'s", "1", "."];
        var random = new Random(seed);
        string Draw(int most) => string.Concat(Enumerable.Range(0, random.Next(1, most)).Select(_ => characters[random.Next(random.Next(2) == 0 ? 8 : characters.Length)]));
        List<byte[]> tokens = [.. Bytes];
        List<(int Left, int Right)> merges = [];
        while (merges.Count < 90)
        {
            byte[] text = Encoding.UTF8.GetBytes(Draw(4));
            // Mostly parts of characters and whole ones, and only some that are neither.
            List<int> symbols = Textbook(new BytePairModel(tokens, merges), text);
            int at = random.Next(symbols.Count);
            byte[] joined = at + 1 < symbols.Count ? [.. tokens[symbols[at]], .. tokens[symbols[at + 1]]] : [];
            if (joined.Length is > 0 and < 10 && !tokens.Exists(t => t.AsSpan().SequenceEqual(joined)))
            {
                tokens.Add(joined);
                merges.Add((symbols[at], symbols[at + 1]));
            }
        }
        tokens.AddRange(new[] { "語語", "日中é", " 국", "，中", "中", "국。" }.Select(t => Encoding.UTF8.GetBytes(t)).Where(t => !tokens.Exists(known => known.AsSpan().SequenceEqual(t))));
        var model = new BytePairModel(tokens, merges, ignoreMerges);
        foreach (PieceScanner scanner in PieceScanner.All)
        {
            var encoder = (BytePairEncoder)model.CreateEncoder();
            var found = new TokenBuffer();
            for (int i = 0; i < 400; i++)
            {
                byte[] text = Encoding.UTF8.GetBytes(Draw(30));
                if (i % 10 == 0)
                {
                    text[random.Next(text.Length)] = (byte)random.Next(256);
                }
                List<int> expected = [];
                for (int start = 0, length; start < text.Length; start += length)
                {
                    length = scanner.NextLength(text, start);
                    byte[] piece = text[start..(start + length)];
                    expected.AddRange(ignoreMerges && model.Find(piece) is var whole and >= 0 ? [whole] : Textbook(model, piece));
                }
                found.Clear();
                encoder.EncodeText(text, 0, scanner, found);
                Assert.That(found.Ids.ToArray(), Is.EqualTo(expected), () => $"{scanner.Name}: {Encoding.UTF8.GetString(text)}");
                Assert.That(found.Ends.ToArray(), Is.EqualTo(Ends(expected)), scanner.Name);
                Assert.That(found.Starts.ToArray(), Is.EqualTo(Ends(expected).Prepend(0).SkipLast(1)), scanner.Name);
            }
        }

        IEnumerable<int> Ends(List<int> ids)
        {
            int end = 0;
            return [.. ids.Select(id => end += tokens[id].Length)];
        }
    }

    /// <summary>"é" is two tokens by itself, but one token with "x", which then takes "y".</summary>
    [Test]
    public void A_character_that_is_whole_only_with_its_neighbour_joins_the_next()
    {
        byte[][] tokens = [.. Bytes, [(byte)'x', 0xC3], "xé"u8.ToArray(), "xéy"u8.ToArray(), [0xA9, (byte)'z'], "éz"u8.ToArray(), "yéz"u8.ToArray()];
        var model = new BytePairModel(tokens, [('x', 0xC3), (256, 0xA9), (257, 'y'), (0xA9, 'z'), (0xC3, 259), ('y', 260)]);
        PieceEncoder encoder = model.CreateEncoder();
        foreach (string piece in new[] { "xéy", "yéz", "xéyéz", "éxéy", "yéy", "xxéyxéy", "yézyéz" })
        {
            byte[] bytes = Encoding.UTF8.GetBytes(piece);
            Assert.That(Encode(encoder, bytes), Is.EqualTo(Textbook(model, bytes)), piece);
        }
    }
}

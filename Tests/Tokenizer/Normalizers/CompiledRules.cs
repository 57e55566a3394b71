using System.Buffers.Binary;
using System.Text;

namespace PureLlm.Tests.Tokenizer.Normalizers;

/// <summary>Compiles rewriting rules into the blob that SentencePiece's models carry, the plainest way.</summary>
internal static class CompiledRules
{
    public static byte[] Of(params (string From, string To)[] rules)
    {
        var replacements = new MemoryStream();
        var values = new SortedDictionary<string, uint>(StringComparer.Ordinal);
        foreach ((string from, string to) in rules)
        {
            values[Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(from))] = (uint)replacements.Length;
            replacements.Write(Encoding.UTF8.GetBytes(to + "\0"));
        }
        uint[] units = new uint[1 << 14];
        var taken = new HashSet<uint> { 0 };
        Place(units, taken, values, 0, "");
        byte[] blob = new byte[4 + (4 * units.Length) + replacements.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(blob, (uint)(4 * units.Length));
        for (int i = 0; i < units.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(4 + (4 * i)), units[i]);
        }
        replacements.ToArray().CopyTo(blob, 4 + (4 * units.Length));
        return blob;
    }

    private static void Place(uint[] units, HashSet<uint> taken, SortedDictionary<string, uint> values, uint at, string prefix)
    {
        uint[] labels = [.. values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k.Length == prefix.Length ? 0u : k[prefix.Length]).Distinct()];
        uint offset = 1;
        while (labels.Any(l => taken.Contains(at ^ offset ^ l)))
        {
            offset++;
        }
        units[at] |= offset << 10;
        taken.UnionWith(labels.Select(l => at ^ offset ^ l));
        foreach (uint label in labels)
        {
            if (label == 0)
            {
                units[at] |= 0x100;
                units[at ^ offset] = (1u << 31) | values[prefix];
            }
            else
            {
                units[at ^ offset ^ label] |= label;
                Place(units, taken, values, at ^ offset ^ label, prefix + (char)label);
            }
        }
    }
}

using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PureLlm.Engine.Inspection;

namespace PureLlm.Cli.Web.Export;

/// <summary>A step as one HTML file: the viewer and everything that it shows, nothing to fetch. Opens from a disk, offline, years later.</summary>
internal static class StepExport
{
    /// <summary>The page's script is allowed by its hash; the file can load nothing.</summary>
    private const string Policy = "default-src 'none'; script-src '{0}'; style-src '{1}'; img-src data:; base-uri 'none'; form-action 'none'";

    /// <summary>Elements of each tensor that can be selected, from the most generous to none.</summary>
    private static readonly int[] Elements = [6, 2, 0];

    /// <summary>Cells of a side of a heat map where a file would be too large otherwise.</summary>
    private const int SmallSide = 24;

    /// <summary>What was written.</summary>
    /// <param name="Bytes">Size of the file.</param>
    /// <param name="Frames">Frames in it.</param>
    /// <param name="Places">Cursors in it.</param>
    /// <param name="Remark">What had to be left out; empty: nothing.</param>
    public sealed record Written(byte[] Bytes, int Frames, int Places, string Remark);

    /// <summary>Makes the file in memory.</summary>
    /// <param name="session">The step.</param>
    /// <param name="start">Where the reader begins.</param>
    /// <param name="frames">Ids of the frames that are kept; empty: all.</param>
    /// <param name="mostBytes">The file is not larger, if leaving out elements and pooling heat maps can achieve that.</param>
    /// <param name="facts">Provenance.</param>
    public static Written Create(StepSession session, Cursor start, IReadOnlyList<string> frames, long mostBytes, IReadOnlyDictionary<string, string> facts)
    {
        string remark = "";
        foreach (int elements in Elements)
        {
            Written file = Create(session, start, frames, elements, int.MaxValue, facts);
            if (file.Bytes.Length <= mostBytes) { return file; }
        }
        Written small = Create(session, start, frames, 0, SmallSide, facts);
        if (small.Bytes.Length > mostBytes)
        {
            remark = FormattableString.Invariant($"the file has {small.Bytes.Length / 1e6:0.0} MB, more than the {mostBytes / 1e6:0.0} MB asked for; fewer frames make it smaller: --frames a..b");
        }
        return small with { Remark = string.Join("; ", new[] { small.Remark, remark }.Where(text => text.Length > 0)) };
    }

    private static Written Create(StepSession session, Cursor start, IReadOnlyList<string> frames, int elements, int side, IReadOnlyDictionary<string, string> facts)
    {
        var pooling = new HeatPooling(side);
        StepPayload payload = StepPayload.Create(session, start, frames, elements, pooling.Apply, new Dictionary<string, string>(facts)
        {
            ["in this file"] = $"{(frames.Count == 0 ? "all frames" : $"{frames.Count} frames")} and the {elements} largest elements of each tensor",
        });
        string remark = pooling.Pooled.Count == 0 ? "" : $"heat maps pooled to {side}×{side}: {string.Join(", ", pooling.Pooled.Order(StringComparer.Ordinal))}";
        return new Written(Page(payload), payload.Frames, payload.Places, remark);
    }

    private static byte[] Page(StepPayload payload)
    {
        string Text(string name) => Encoding.UTF8.GetString(WebFiles.Read(name).Span);
        string script = ModuleBundle.Create("app.js", name => Text(name == "source.js" ? "file-source.js" : name));
        string style = Text("style.css");
        if (script.Contains("</script", StringComparison.OrdinalIgnoreCase)) { throw new InvalidOperationException("The viewer's modules contain '</script', which would end the page's script; write it as '<\\/script'."); }
        string policy = string.Format(System.Globalization.CultureInfo.InvariantCulture, Policy, Hash(script), Hash(style));
        string icon = Convert.ToBase64String(WebFiles.Read("icon.svg").Span);
        string page = Text("index.html")
            .Replace("""<meta charset="utf-8">""", $"""<meta charset="utf-8">{"\n"}<meta http-equiv="Content-Security-Policy" content="{policy}">""", StringComparison.Ordinal)
            .Replace("""<link rel="icon" href="/app/icon.svg">""", $"""<link rel="icon" href="data:image/svg+xml;base64,{icon}">""", StringComparison.Ordinal)
            .Replace("""<link rel="stylesheet" href="/app/style.css">""", $"<style>{style}</style>", StringComparison.Ordinal)
            .Replace("""<script type="module" src="/app/app.js"></script>""", "", StringComparison.Ordinal)
            .Replace("</body>", $"""<script type="text/plain" id="payload">{Pack(payload.Json)}</script>{"\n"}<script>{script}</script>{"\n"}</body>""", StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(page);
    }

    /// <summary>Deflated, in base64.</summary>
    private static string Pack(string json)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) { deflate.Write(Encoding.UTF8.GetBytes(json)); }
        return Convert.ToBase64String(packed.GetBuffer(), 0, (int)packed.Length);
    }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
}

using PureLlm.Tokenizer.Text;

namespace PureLlm.Tokenizer.Decoders;

/// <summary>One decoder at work on one stream: tokens come in one by one, and go on changed. Belongs to one thread.</summary>
/// <remarks>
/// A stage that joins all tokens into one (Fuse, ByteLevel) sends it on in parts, so that a stream need not wait for its end.
/// Parts are whole characters; a stage that cannot work on parts collects them.
/// </remarks>
internal abstract class DecoderStage(DecoderStage? next)
{
    private readonly ByteWriter _collected = new();
    private bool _inParts;

    /// <summary>The stage that this one feeds.</summary>
    protected DecoderStage Next { get; } = next!;

    /// <summary>True where it is all the same how the text is cut into tokens.</summary>
    public virtual bool JoinsAll => false;

    /// <summary>Takes a whole token.</summary>
    public abstract void Token(ReadOnlySpan<byte> token);

    /// <summary>Takes a part of the one token that the stage before makes.</summary>
    public virtual void Part(ReadOnlySpan<byte> part)
    {
        _inParts = true;
        _collected.Write(part);
    }

    /// <summary>Sends on what waits only for better company, so that a reader sees it now.</summary>
    public virtual void Settle() => Next.Settle();

    /// <summary>Ends the stream: sends on what was held back, and is as new.</summary>
    public void End()
    {
        if (_inParts)
        {
            Token(_collected.Written);
            _collected.Clear();
            _inParts = false;
        }
        Finish();
        Next?.End();
    }

    /// <summary>Sends on what was held back, and forgets the stream.</summary>
    protected virtual void Finish()
    {
    }
}

/// <summary>The end of a chain: the decoded bytes.</summary>
internal sealed class DecoderSink() : DecoderStage(null)
{
    /// <summary>The text so far.</summary>
    public ByteWriter Text { get; } = new();

    public override bool JoinsAll => true;

    public override void Token(ReadOnlySpan<byte> token) => Text.Write(token);

    public override void Part(ReadOnlySpan<byte> part) => Text.Write(part);

    public override void Settle()
    {
    }
}

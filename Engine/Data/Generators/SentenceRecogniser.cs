namespace PureLlm.Engine.Data.Generators;

/// <summary>Tells which stretches of a text are sentences of the story grammar: any template, any words in its slots, agreeing within the sentence.</summary>
/// <remarks>
/// Agreement: a slot that appears twice holds the same words, and the names and pronouns of one sentence are all a boy's or all a girl's.
/// Whether sentences agree with each other is not its business.
/// </remarks>
internal sealed class SentenceRecogniser
{
    private readonly List<(Template Template, HashSet<string> Repeated)> _templates = [.. StoryGrammar.Sentences()
        .Select(t => (t, t.Parts.Where(p => p.Slot is not null).GroupBy(p => p.Slot!).Where(g => g.Count() > 1).Select(g => g.Key).ToHashSet()))];

    /// <summary>Counts the sentences of a text and those that the grammar can produce. A last sentence without an end counts only where the text <paramref name="hasEnded"/>, as wrong.</summary>
    public (int Right, int All) Count(string text, bool hasEnded)
    {
        int right = 0, all = 0;
        for (int at = 0; at < text.Length;)
        {
            int end = Match(text, at);
            if (end > 0)
            {
                right++;
            }
            else if ((end = EndOfSentence(text, at)) < 0)
            {
                return (right, hasEnded ? all + 1 : all);
            }
            all++;
            at = end;
        }
        return (right, all);
    }

    /// <summary>The end of the sentence of the grammar that starts at <paramref name="start"/> (with or without its space), or −1.</summary>
    public int Match(string text, int start)
    {
        if (start > 0 && text[start] != ' ')
        {
            return -1;
        }
        int body = text[start] == ' ' ? start + 1 : start;
        foreach ((Template template, HashSet<string> repeated) in _templates)
        {
            int end = MatchParts(template, repeated, text, body);
            if (end > 0)
            {
                return end;
            }
        }
        return -1;
    }

    private static int MatchParts(Template template, HashSet<string> repeated, string text, int at)
    {
        bool? boy = null;
        Dictionary<string, string>? seen = null;
        for (int p = 0; p < template.Parts.Count; p++)
        {
            Template.Part part = template.Parts[p];
            if (part.Text is not null)
            {
                ReadOnlySpan<char> expected = p == 0 ? part.Text.AsSpan().TrimStart(' ') : part.Text;
                if (!text.AsSpan(at).StartsWith(expected, StringComparison.Ordinal))
                {
                    return -1;
                }
                at += expected.Length;
                continue;
            }
            string? found = Candidates(part.Slot!, boy).FirstOrDefault(w => text.AsSpan(at).StartsWith(w.Word, StringComparison.Ordinal)).Word;
            if (found is null)
            {
                return -1;
            }
            boy = Candidates(part.Slot!, boy).First(w => w.Word == found).Boy ?? boy;
            if (repeated.Contains(part.Slot!) && !(seen ??= []).TryAdd(part.Slot!, found) && seen[part.Slot!] != found)
            {
                return -1;
            }
            at += found.Length;
        }
        return at;
    }

    /// <summary>The words that fit a slot, and whose they are; "her" could be his and him, which the sentence's own slot decides.</summary>
    private static IEnumerable<(string Word, bool? Boy)> Candidates(string slot, bool? boy)
    {
        IEnumerable<(string Word, bool? Boy)> all =
            slot == "name" ? [.. StoryGrammar.BoyNames.Select(n => (n, (bool?)true)), .. StoryGrammar.GirlNames.Select(n => (n, (bool?)false))]
            : slot == "boy" ? [("boy", true), ("girl", false)]
            : StoryGrammar.Pronouns.TryGetValue(slot, out (string Boy, string Girl) pronoun) ? [(pronoun.Boy, true), (pronoun.Girl, false)]
            : StoryGrammar.Slots[slot].Select(w => (w, (bool?)null));
        return all.Where(w => boy is null || w.Boy is null || w.Boy == boy);
    }

    /// <summary>After the next '.', '!' or '?' and a quotation mark that follows it at once, or −1.</summary>
    private static int EndOfSentence(string text, int at)
    {
        int end = text.AsSpan(at).IndexOfAny(".!?");
        if (end < 0)
        {
            return -1;
        }
        end += at + 1;
        return end < text.Length && text[end] == '"' ? end + 1 : end;
    }
}

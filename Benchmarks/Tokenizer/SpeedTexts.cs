using System.Text;

namespace PureLlm.Benchmarks.Tokenizer;

/// <summary>The texts that tokenizers are timed on: English, code, and a deterministic mix of scripts.</summary>
internal static class SpeedTexts
{
    private static readonly string[] RussianStems = "говор дума работ человек город дорог слов книг время жизн дел друг рук глаз вопрос сторон стран мир случа голов ребён систем народ правд задач нов больш хорош последн красив".Split(' ');
    private static readonly string[] RussianEndings = ["", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ить", "ает", "али", "ый", "ого", "ая", "ые", "ение", "ность"];
    private static readonly string[] RussianSmall = "и в не на я быть он с что а по это она этот к но они мы весь который из у то за свой ещё так уже или".Split(' ');
    private static readonly string[] Arabic = "في من على إلى كان هذا التي الذي بين كل عند بعد قبل يوم سنة مدينة كتاب العالم اللغة العربية الناس الحياة العمل الماء الوقت طريق كبير صغير جديد قديم الأول والآخر وكانت فيها".Split(' ');
    private static readonly string[] Hindi = "और है में की के यह नहीं एक था लिए भी पर हम आप कि जो तो कर रहा भारत हिन्दी भाषा पानी समय लोग जीवन काम किताब दुनिया नगर बड़ा छोटा नया विद्यालय".Split(' ');
    private static readonly string[] Greek = "και το να του η της με που την από θα είναι στην ότι για κόσμος λόγος ζωή πόλη νερό μεγάλος".Split(' ');
    private static readonly string[] Emoji = ["😀", "😂", "❤️", "👍🏽", "🎉", "🔥", "👩‍💻", "👨‍👩‍👧‍👦", "🇫🇷", "🚀", "✨", "🤔"];
    private const string Chinese = "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每青管夫连远资队跟带花快条院变联权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校读志飞观争究包组造落视济喜离虽坏";
    private const string Kana = "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんがぎぐげござじずぜぞだでどばびぶべぼっゃゅょ";

    /// <summary>A mix of Cyrillic, Chinese, Japanese, Korean, Arabic, Hindi, Greek, emoji, digits and some English: the same bytes for the same length.</summary>
    public static byte[] Mixed(int bytes)
    {
        var random = new Random(20_240_501);
        var text = new StringBuilder();
        for (int written = 0; written < bytes;)
        {
            int before = text.Length;
            Paragraph(text, random);
            written += Encoding.UTF8.GetByteCount(text.ToString(before, text.Length - before));
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>The repository's own C# sources, one after the other in the order of their paths.</summary>
    public static byte[] Code(string root)
    {
        var bytes = new MemoryStream();
        foreach (string path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (!path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/.", StringComparison.Ordinal))
            {
                bytes.Write(File.ReadAllBytes(path));
            }
        }
        return bytes.ToArray();
    }

    private static void Paragraph(StringBuilder text, Random random)
    {
        int script = random.Next(9), words = random.Next(12, 60);
        for (int i = 0; i < words; i++)
        {
            switch (script)
            {
                case 0 or 1:
                    Word(text, random.Next(3) == 0 ? Skewed(RussianSmall, random) : Skewed(RussianStems, random) + Skewed(RussianEndings, random), random);
                    break;
                case 2 or 3:
                    Characters(text, Chinese, random.Next(2, 9), random);
                    text.Append(random.Next(5) == 0 ? "。" : random.Next(3) == 0 ? "，" : "");
                    break;
                case 4:
                    Characters(text, Kana, random.Next(1, 5), random);
                    Characters(text, Chinese, random.Next(1, 3), random);
                    text.Append(random.Next(6) == 0 ? "。" : random.Next(4) == 0 ? "、" : "");
                    break;
                case 5:
                    for (int k = random.Next(1, 5); k > 0; k--)
                    {
                        text.Append((char)(0xAC00 + (28 * 21 * random.Next(19)) + (28 * random.Next(12)) + (random.Next(3) == 0 ? random.Next(28) : 0)));
                    }
                    text.Append(' ');
                    break;
                case 6:
                    Word(text, Skewed(Arabic, random), random);
                    break;
                case 7:
                    Word(text, Skewed(Hindi, random), random);
                    break;
                default:
                    Word(text, Skewed(Greek, random), random);
                    break;
            }
            switch (random.Next(40))
            {
                case 0:
                    text.Append(Emoji[random.Next(Emoji.Length)]);
                    break;
                case 1:
                    text.Append(random.Next(1, 100_000)).Append(' ');
                    break;
                case 2:
                    text.Append("Café naïve ").Append(random.Next(2) == 0 ? "don't " : "OpenStreetMap ");
                    break;
            }
        }
        text.Append(random.Next(3) == 0 ? "\r\n\r\n" : "\n");
    }

    private static void Word(StringBuilder text, string word, Random random) => text.Append(word).Append(random.Next(12) == 0 ? ", " : random.Next(15) == 0 ? ". " : " ");

    private static void Characters(StringBuilder text, string from, int count, Random random)
    {
        for (; count > 0; count--)
        {
            text.Append(from[(int)(from.Length * Math.Pow(random.NextDouble(), 1.7))]);
        }
    }

    private static string Skewed(string[] words, Random random) => words[(int)(words.Length * Math.Pow(random.NextDouble(), 1.7))];
}

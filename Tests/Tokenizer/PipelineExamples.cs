using System.Text;
using PureLlm.Tokenizer;
using PureLlm.Tokenizer.Formats;

namespace PureLlm.Tests.Tokenizer;

/// <summary>Small tokenizers of the well-known families, as tokenizer.json has them.</summary>
internal static class PipelineExamples
{
    /// <summary>BERT: normalized words, longest match first, [CLS] and [SEP].</summary>
    public const string Bert = """
        {"version":"1.0","truncation":null,"padding":null,
         "added_tokens":[
          {"id":0,"content":"[PAD]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
          {"id":1,"content":"[UNK]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
          {"id":2,"content":"[CLS]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
          {"id":3,"content":"[SEP]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
          {"id":4,"content":"[MASK]","single_word":false,"lstrip":true,"rstrip":false,"normalized":false,"special":true}],
         "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},
         "pre_tokenizer":{"type":"BertPreTokenizer"},
         "post_processor":{"type":"TemplateProcessing",
          "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}}],
          "pair":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"[SEP]","type_id":0}},{"Sequence":{"id":"B","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],
          "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[2],"tokens":["[CLS]"]},"[SEP]":{"id":"[SEP]","ids":[3],"tokens":["[SEP]"]}}},
         "decoder":{"type":"WordPiece","prefix":"##","cleanup":true},
         "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,
          "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"[MASK]":4,"hello":5,"world":6,"##s":7,",":8,"!":9,"un":10,"##known":11,"the":12,"cat":13,"sat":14,"a":15}}}
        """;

    /// <summary>Llama 2: ▁ for the space, merges over characters, bytes for characters that the vocabulary lacks (only those of é here).</summary>
    public const string Llama = """
        {"version":"1.0","truncation":null,"padding":null,
         "added_tokens":[
          {"id":0,"content":"<unk>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
          {"id":1,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
          {"id":2,"content":"</s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
         "normalizer":{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
         "pre_tokenizer":null,
         "post_processor":{"type":"TemplateProcessing",
          "single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],
          "pair":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"<s>","type_id":1}},{"Sequence":{"id":"B","type_id":1}}],
          "special_tokens":{"<s>":{"id":"<s>","ids":[1],"tokens":["<s>"]}}},
         "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
         "model":{"type":"BPE","dropout":null,"unk_token":"<unk>","continuing_subword_prefix":null,"end_of_word_suffix":null,"fuse_unk":true,"byte_fallback":true,
          "vocab":{"<unk>":0,"<s>":1,"</s>":2,"<0xC3>":3,"<0xA9>":4,"▁":5,"t":6,"h":7,"e":8,"c":9,"a":10,"▁t":11,"he":12,"▁the":13,"at":14,"cat":15,"▁cat":16},
          "merges":["▁ t","h e","▁t he","a t","c at","▁ cat"]}}
        """;

    /// <summary>T5: pieces by probability, ▁ before each word.</summary>
    public const string Unigram = """
        {"version":"1.0","truncation":null,"padding":null,
         "added_tokens":[
          {"id":0,"content":"</s>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
          {"id":1,"content":"<unk>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true},
          {"id":12,"content":"<extra_id_0>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":true}],
         "normalizer":null,
         "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"WhitespaceSplit"},{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true}]},
         "post_processor":{"type":"TemplateProcessing",
          "single":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],
          "pair":[{"Sequence":{"id":"A","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}},{"Sequence":{"id":"B","type_id":0}},{"SpecialToken":{"id":"</s>","type_id":0}}],
          "special_tokens":{"</s>":{"id":"</s>","ids":[0],"tokens":["</s>"]}}},
         "decoder":{"type":"Metaspace","replacement":"▁","prepend_scheme":"always","split":true},
         "model":{"type":"Unigram","unk_id":1,"vocab":[["</s>",0],["<unk>",0],["▁",-2.5],["▁the",-2],["▁cat",-4.5],["▁ca",-3.5],["t",-3],["s",-3],["a",-4],["c",-4],["h",-4.5],["e",-3.5]],"byte_fallback":false}}
        """;

    /// <summary>The text of a tokenizer whose model is byte-level BPE: 256 bytes, a few merges, and GPT-2's split.</summary>
    public static string ByteLevel(string addedTokens = "[]", string postProcessor = "null", string normalizer = "null", bool addPrefixSpace = false)
    {
        string[] merges = ["t h", "th e", "Ġ the", "c a", "ca t", "Ġ cat"];
        IEnumerable<string> tokens = Enumerable.Range(0, 256).Select(b => ByteAlphabet.Show([(byte)b])).Concat(merges.Select(m => m.Replace(" ", "", StringComparison.Ordinal)));
        string vocabulary = "{" + string.Join(',', tokens.Select((token, id) => $"{System.Text.Json.JsonSerializer.Serialize(token)}:{id}")) + "}";
        string level = $$"""{"type":"ByteLevel","add_prefix_space":{{(addPrefixSpace ? "true" : "false")}},"trim_offsets":true,"use_regex":true}""";
        return $$"""
            {"version":"1.0","truncation":null,"padding":null,"added_tokens":{{addedTokens}},"normalizer":{{normalizer}},"pre_tokenizer":{{level}},
             "post_processor":{{postProcessor}},"decoder":{{level}},
             "model":{"type":"BPE","dropout":null,"unk_token":null,"continuing_subword_prefix":"","end_of_word_suffix":"","fuse_unk":false,
              "vocab":{{vocabulary}},"merges":{{System.Text.Json.JsonSerializer.Serialize(merges)}} } }
            """;
    }

    public static PipelineTokenizer Load(string json) => (PipelineTokenizer)TokenizerJson.Parse(Encoding.UTF8.GetBytes(json), "example.json");
}

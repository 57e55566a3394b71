// Written by UnicodeTablesGenerator from the Unicode Character Database; do not edit.
namespace PureLlm.Tokenizer.Unicode;

/// <summary>Simple lower-case mappings and simple case folding; see CaseMapping for the layout. Unicode 16.0.</summary>
internal static class CaseData
{
    public const string Packed =
        "7VRNSFRRFOZ+78xjsOc4TSKD5fAYIoRSLCSEQN5CIkKGWYRECI4gbQpKotzVqKhUJEGjYZkNJTpZKxErKpmicBGSkAwuItsYQkS0MSLUzrnvDUm06G9XD+655++ec+45" +
        "93vL6FDVcFZVJZyqAJx4FSEBXDDIJASChGgloRH4qMCKIDBsgAh+YNAAf8xfMYgZExhSvKdE3e/awDbeh8RhRLgbWu/3pDHR3zEksAVM5M9MGGae8TKMG+TmnMyfl0rI" +
        "8/+2hwjbZAnvHngsJR1DOSEOdILYWgXkMso780z22YzyMnZJ/HNi7FUoIMxJXq4NIWBJBYB6MrGf4yYVG06bUThbQ3AOcj2hMKEGaPMiFUpg0+Scpo20sh04aRUlHNhN" +
        "OApEECBEEoQnqh6J1xX1yLbGwMQSMrIhrZBeoLSyEByPcqRAA9YqD5lMun39ivCQdSuniAPMqiCKbItX0FvMR/1UFGHeCa7TE4q46Et8GhvDftxWfmFc7bTa4jILYi5k" +
        "7Zrc8It2nmNy/yR7r3RIa863SydqGm3Ye1l8a1WjOlWWQCKr3Lu/HxXm+R4mM6PKdMd7V/f8szY90vyDjPIejgxuhaUWQk7ScngMLhr88pJS11Npll1LPBR3qj0ZkumU" +
        "uulepHymjKmYUM62Ph+rr2nap2m7pqxn35sp4V9qekvTbAD8ym2giYUu7fohk38+M1rWD85yr9E+4NvF0vwrMGqmNsURf4N9iCeNEsTCEcTsAGIcLza/+TAXnzZ28Nwr" +
        "ePjZHJgm3xl1qBs2NOaWuAm9Vsk64LX8CHOc9DJX828Bb9UQwDX8FPpq2aNUFwZ5cjvZoYz37RTWOY8w38Rp2ng/Q38BnTmLEXaRUXm1maMMCOlp5qidzXIRET/xHxTT" +
        "QrpHdZO+h+8k606YfwZhXmePF+dxzN3pai3Ig5kbtni84D+ifwHRy4X8z72+QGNTYr8X/H14fwU=";
}

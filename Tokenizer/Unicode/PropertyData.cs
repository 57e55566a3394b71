// Written by UnicodeTablesGenerator from the Unicode Character Database; do not edit.
namespace PureLlm.Tokenizer.Unicode;

/// <summary>Alphabetic, lower-case and upper-case characters of other categories; see UnicodeSets for the layout. Unicode 16.0.</summary>
internal static class PropertyData
{
    public const string Packed =
        "XZJBSFRRFIZ531xvt8v4GB7DME3DNFkMLiRmISEiQ4sQkWgR0SKGFkNIRLiSiJAWMZkEuWgRrSJaiLgIcymDhERISEiEi4hIaCEi4iJatOq/zywJ7rz35tz/nPOf//w/" +
        "Mo+6YajE/aNlDBiTHngSFWiVMDE9sBbFeIc1eBiBRpUPul+LDC7BWIxjI4K7RVxM3Mu4wVZCpaylYBiy3I5Duk6Bg4jHmz81GyoERQVzaTlDn+GMxR9KzJuQ2IA7HmcD" +
        "TKUueSbiNMWSGIoHvQ5HqlBy/4J/CTyLsunIOWqGSbAxNVjVHDYbKGjwVUXyBcwIX6NiAFtH3QVaKiS8c5TTeMGxfcyEOfbPVFTjly6GYVeZPmE5I6p5bC9PJZtGve5p" +
        "VbhraSRhvIkCYzWW7Hnax2+we+oc25uZHMOGd12QQN2zqMyxaug3ARc9g0WajlaRCzAdlSkRRm5axkgJSn+46sPzi2ptdYCFk56ZUqpx1jGvX1sTt7sML/SeVtqtMs2U" +
        "YTMhD5OW0WKQaMIGR1QMS5EYQ0x4doSpu//3Oy+ISe9lDbVaj0qB0UZ0WkziIN2QYTaqBNCGrLQu9m1TYi+TSm9TP+juubpoG7LIYJ4rPlSrFbhWZsHmgjnnoj5MmZ9a" +
        "pdt3rw1p+p6KfPrfsdTlgnkUbsXBOZ2HWu3KgODj5Bwdifp5Ucq8fSybm55ALiR63kuQPbng44l+4vQMfBJOfto5kpDToj0rwtyUfmfhW/0eZRge5bv46qunxFymysvu" +
        "fmYl2/JWRjNnBJYuTnvtdkHfV3uqaUX7MiZhZ9NO4t88iKrMKG/ldXzQ+zc=";
}

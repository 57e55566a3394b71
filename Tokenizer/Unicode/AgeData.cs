// Written by UnicodeTablesGenerator from the Unicode Character Database; do not edit.
namespace PureLlm.Tokenizer.Unicode;

/// <summary>Characters that versions after 8.0 added; see CharacterAge for the layout. Unicode 16.0.</summary>
internal static class AgeData
{
    public const string Packed =
        "TVNBaJRHFGbe/zI7Ow5/fx7Tj2VJlyUEWcKyFPEgEhYVEQmphLJIkLT14EFKESl7KFKKhB5CKsGDSBARkdJDu+RQxEMpJfUQPIiUHnoIEkoORXpYelhKKRJ8M0opDDNv" +
        "/vln3vd973ujqe23CUuEZ4awQtiuWTw2iKEPZgRBl0CVUBfUkofMkQh/6a9rFOJI1z3dXyWcIhwlCIkjfK+f9VaTom6ucDxM4q1wKe9aEcI6E2weHOAJlQ5O22lCh3DQ" +
        "zp8i4feC8Ku+tVFv46WuimfFYpX1EUV2HtZq5qgX/ylcgkUka4coRX8HJ0RxyeL5O4QzVrEotkhH4Nu4SGk8qbGQj9TBT9Zhj/O9TfJY4JT7voIcfxyx9YTmIs1hr0X6" +
        "IqQLy9AzrtD1+ETJatZPGc/qAVs/6x8vp9q4ruuHjLsli3J6YG1ctWfFn5U/DcAtcJm48P9idxl3bAAPwIJJnXFYVfZLkIhyEe44hLFf6KlN+WeU+DJkgN5RnDuGuR4m" +
        "JuCOSgRFbRw2VKA9o4gtJiriuol4LTovgv+LXY45vT3/0MhrBVlvORzUmrJpGL0OrhAWS0zoM6wXZS5cldHPp9k2ECM2TAW7Agscu2miXI6annq5JD5Ot7Gq+cd0Gi1l" +
        "I8IXhKcFx8WdENtN8S1TRnUWL6thciBRYixDzrOQ54BK3+AjqGbA7ydFkvnal5JpHvR3DP6tzgGP+rgxHGI8e88kbuP6EBvFI4PfKDvtoiRvJmeoMA1Ga/cj9SPkj0NC" +
        "OzUMIn75StV7U5If1OsO6sZ5m2i3HGTTxvVLkwLlC6tyK+Me4guDp44xKjpodnBgStzs9aHgR0UpPCNWZxb2Ej7HacK+uQA3DRvhGatTfcwOEZRDbYCt4nxC+bhW5tpw" +
        "sseXfDtXxkfxLF+HNaOJr+H+WxYnCNcclmfT8V2t3EKI3waSAcmuJiROJL3DnM2x067VvVfdPMpGSnS9aCQQXzTSaQxZF+30SguXrzSyJRpv9NL2p2bql9AU7X1aSvBS" +
        "lXcNmkqoCRcRrqJqJSOUguob9dhTgx+/mxKMTnqMP9gfxvbzOnbO3H4PYfskXgE=";
}

// Written by UnicodeTablesGenerator from the Unicode Character Database; do not edit.
namespace PureLlm.Tokenizer.Unicode;

/// <summary>Ranges of characters by script; see Scripts for the layout. Unicode 16.0.</summary>
internal static class ScriptData
{
    /// <summary>Long and short name of each script; the first is number 1.</summary>
    public const string Names =
        "Adlam Adlm;Ahom Ahom;Anatolian_Hieroglyphs Hluw;Arabic Arab;Armenian Armn;Avestan Avst;Balinese Bali;Bamum Bamu;" +
        "Bassa_Vah Bass;Batak Batk;Bengali Beng;Bhaiksuki Bhks;Bopomofo Bopo;Brahmi Brah;Braille Brai;Buginese Bugi;" +
        "Buhid Buhd;Canadian_Aboriginal Cans;Carian Cari;Caucasian_Albanian Aghb;Chakma Cakm;Cham Cham;Cherokee Cher;Chorasmian Chrs;" +
        "Common Zyyy;Coptic Copt;Cuneiform Xsux;Cypriot Cprt;Cypro_Minoan Cpmn;Cyrillic Cyrl;Deseret Dsrt;Devanagari Deva;" +
        "Dives_Akuru Diak;Dogra Dogr;Duployan Dupl;Egyptian_Hieroglyphs Egyp;Elbasan Elba;Elymaic Elym;Ethiopic Ethi;Garay Gara;" +
        "Georgian Geor;Glagolitic Glag;Gothic Goth;Grantha Gran;Greek Grek;Gujarati Gujr;Gunjala_Gondi Gong;Gurmukhi Guru;" +
        "Gurung_Khema Gukh;Han Hani;Hangul Hang;Hanifi_Rohingya Rohg;Hanunoo Hano;Hatran Hatr;Hebrew Hebr;Hiragana Hira;" +
        "Imperial_Aramaic Armi;Inherited Zinh;Inscriptional_Pahlavi Phli;Inscriptional_Parthian Prti;Javanese Java;Kaithi Kthi;Kannada Knda;Katakana Kana;" +
        "Kawi Kawi;Kayah_Li Kali;Kharoshthi Khar;Khitan_Small_Script Kits;Khmer Khmr;Khojki Khoj;Khudawadi Sind;Kirat_Rai Krai;" +
        "Lao Laoo;Latin Latn;Lepcha Lepc;Limbu Limb;Linear_A Lina;Linear_B Linb;Lisu Lisu;Lycian Lyci;" +
        "Lydian Lydi;Mahajani Mahj;Makasar Maka;Malayalam Mlym;Mandaic Mand;Manichaean Mani;Marchen Marc;Masaram_Gondi Gonm;" +
        "Medefaidrin Medf;Meetei_Mayek Mtei;Mende_Kikakui Mend;Meroitic_Cursive Merc;Meroitic_Hieroglyphs Mero;Miao Plrd;Modi Modi;Mongolian Mong;" +
        "Mro Mroo;Multani Mult;Myanmar Mymr;Nabataean Nbat;Nag_Mundari Nagm;Nandinagari Nand;New_Tai_Lue Talu;Newa Newa;" +
        "Nko Nkoo;Nushu Nshu;Nyiakeng_Puachue_Hmong Hmnp;Ogham Ogam;Ol_Chiki Olck;Ol_Onal Onao;Old_Hungarian Hung;Old_Italic Ital;" +
        "Old_North_Arabian Narb;Old_Permic Perm;Old_Persian Xpeo;Old_Sogdian Sogo;Old_South_Arabian Sarb;Old_Turkic Orkh;Old_Uyghur Ougr;Oriya Orya;" +
        "Osage Osge;Osmanya Osma;Pahawh_Hmong Hmng;Palmyrene Palm;Pau_Cin_Hau Pauc;Phags_Pa Phag;Phoenician Phnx;Psalter_Pahlavi Phlp;" +
        "Rejang Rjng;Runic Runr;Samaritan Samr;Saurashtra Saur;Sharada Shrd;Shavian Shaw;Siddham Sidd;SignWriting Sgnw;" +
        "Sinhala Sinh;Sogdian Sogd;Sora_Sompeng Sora;Soyombo Soyo;Sundanese Sund;Sunuwar Sunu;Syloti_Nagri Sylo;Syriac Syrc;" +
        "Tagalog Tglg;Tagbanwa Tagb;Tai_Le Tale;Tai_Tham Lana;Tai_Viet Tavt;Takri Takr;Tamil Taml;Tangsa Tnsa;" +
        "Tangut Tang;Telugu Telu;Thaana Thaa;Thai Thai;Tibetan Tibt;Tifinagh Tfng;Tirhuta Tirh;Todhri Todr;" +
        "Toto Toto;Tulu_Tigalari Tutg;Ugaritic Ugar;Vai Vaii;Vithkuqi Vith;Wancho Wcho;Warang_Citi Wara;Yezidi Yezi;" +
        "Yi Yiii;Zanabazar_Square Zanb;";

    public const string Packed =
        "bVYBZFxbGt7/y9/T847rvvuu6+6YHWNERDbGqCMiYnbMRkU82RERMcbojhrZqoqoUVUVERWRjYioqGxUREVURFRUVdSoingiop5aq56q9dR6qvtUrbWe/e+dPO+9tZzv" +
        "/P/5zzn3nPuf/3z/2fr8V7Nk0XOX4LTEJQuISLeEsciJgEWhJWbPiyxZmFYnJ9Fl8YYa0JWoW1VUS0HF4Exp2RkV7qrwdAWpHmQqWEAe3MBL5HnYqLpRyvDkpN87aZzJ" +
        "hNHRJCeuU3Gt4roY14FG2ECP6A38lWLTRY3UBvjmBpTaAGoa9cdI33hJSr0kVOeg0nPgvoek8JA43IBT0MzaWW1N79fYpCJ0A+kiWBwhesheqDhU2ZDdkBFqHSo/tujQ" +
        "R2g4ZBMqGypVY6dmuKayNXZrzGdFocYmtivZTs3TNZa6vRaqKvtVljpbZbfKXGVTVUFsUVWFakZXVaLqSZf6QOx9IMWCrOiuQHQ20vbP7DLGE5gf7R0fKORdsLMLrURq" +
        "kVEbAm7pkV0ndmHMT2OU9LuCdPcunOQ+WAlygsw+lH/W1vvwuKUrCKStArFJP5LTrKY5N83BNJtp5cdNPe3xtMuRooLIkkxuEyvBxJl0tslktkn1RO0VcMcK9AWRvgAr" +
        "UK60RRqn1WZvBW4gdhmbbDyBkcPre4JhXiHpFg8ILpzpuRVS5kx3BYG09QoNLNNT8NBTmFJLclrgPgW0xPNTDDdxSBgeZYw6GFXjo1GA6FHM8IR8qcS6pNwSI1ZG43rg" +
        "l8Z0ia/HyhyVVLGke0ruDuWUk1MzpgP9ErGrdAdQFuEdeNlNBNgEuq9K4AVd7cnkA3GwgB8geUALpIIFciNwk6LYRDO+iF1Nch9Rk7zxJjmL1BEW7hEn7pGJgHukRSK/" +
        "BWW2kCifkOk5ITc8Ic0nhOICoS+jOIPpbXD/NlS4LX4VpEQvNOprslzdxQytAVcCXweYkquSFqhVQu1vhDDvjI8qNQpvDb5qRFtKxrXbiBwpV9OJa/lNjuzOcMQYQgZ5" +
        "XG5puiWSEbHksUiRrMiSDXG16NmKcipqOK69mD5apVBRVyucrnAq6uLOihJy8SuciBfaJcthzF0q/JHJWJbQAzYz0MgMx4QU7anFeNGA3pZotxgVoazZNzYX2mzTtbKT" +
        "NN59ZlXR8kvhySaNoSiD3lGP4/b8FCRTB3IxDpDGAZArBRIK/7cU8zggO9hT50dUT+601Xu7Ze16TJN1WAu/HnGQBJonISe65R2aUvJbcu5qKhq3TzNxFKgZcsaTfEAT" +
        "nBFeTGLYBtKdkd7CBM/IXgsTwmkWl2bicNmL5p2KMvOnOqLumSNZcs1/CT35EkHtPuGvfITuJuVlrOdftDim2B2YE6nEXyxeYu8uZVNir9yHDqw79R/yF2kefmIebrGI" +
        "6p14NYgYmkUCs0D/hF6nWxzx9i3Dt1A4JJ7MBqmsCrJKZ1GU2zZHD2HNQ3HePoVOScXlzI3jrcTjt8IjChq2ZoNyqO7L3dgn92iXJpK5CXN5YuEOvT5XV19TveTepaQx" +
        "Ts8km0nGJHNcgkl8S7r91Tkd+XBDovma9qAHMhqZBuR/UuLqPAYtd1rW1hjNS0KRsFz8RZKU0Apafq20jqMwoZ0J1SpqQruWXRsaqxLrxD2CTgEL0uukUus0+InWyZFQ" +
        "q1jtW9ynCietRqVWie7MHPpla5c7M3J9eq0ZekOBeiNxOu6M/52c/KEw4SEw9C2Z1Lc0vkEF1BblCn0Ud3wkd+h7MhFGvvSvdCXQhfAroTiBK2DB/7T1lSaS73mNguwa" +
        "hd4aWUfOeUwgLl8kp0+hj8t9zH0akY7sdfavo/gvibQj8v0jutx5jfmaY66h7wfJpz8QejbJkeibpeJTwoUnZLqekKo+Ieg58cMcOZ5I4Ufun5MMNkcmmJOYExT/IeT0" +
        "lgZKO0JkOxRcc7TrIHtTeTfRecPxbqBjBp6eQdKdkQVW6DuamviGUgLP+YYwcsUPrrjDI7p/xOeRzTbJ8mOnwqenUHyKdqWntMbIO/LH7iLX855KfRe6c8PBOqXMUCpA" +
        "SiLxdojbyq7CC1bhXu3mjm6/9ICCJi2Au1aQ6FgkvrRI0+4LuRECLUgLwhfk3lgiJ1giV5fZKysuq2yZ3TJzmU2Z5TT92KjKCmUXZcctK7esTTkRvJAzfSFJVeSw4Odt" +
        "fdbmF/AF+Sd0KnnulArL9Ax+8AwnuLYENbyEwQV6RongGbnJJnU1doTRBV2H1N/LKs0mxx9x8+JXtEUnSMo0uAMKA8obYB7gfFSrxEAQDCyRdyzHJQiPqW+Zvoa/RfeQ" +
        "ynTg+r/JC4rvcXEd6WAdrp/gSoJTibA/oYu78krZJU7tCmG4e3LQgvKeRMSZ7u+RH+yR61xivsRfxrVzyQsuvWe7RV77LPHoLOn+WdohuROZ+q4cyC6w7/ae0DfUy6Y3" +
        "Md/Wu/Zb+aPUzhdD4ePCkLP0mfp4tXF56Tffa88rPJc0/1weQ8+jD+yJ4/bg5n3l+OEifaIw+CRPAUH3J3I6P9Fb1VimpbbH9IiOaZUOyFw/kH0cSODiEYCv5W4LO89T" +
        "guvpD398BH/GEfvO+XnJA/ME/xFO/0x6Rj4qENZloVY846mInjOYyqspJZa0jPDvCS0tdLyiQSc5qP1BLxhUelAY/unvPrZZ952ya1RtqFwjeEf21ndtNixZdVt4vhEl" +
        "Ji/OAJJZ8zZKELdsdpEqn6jLJqVIygusXZaHreUlAVshLCW1pI+EFeIVLmJ55QuhKS9u9EU6m6gvoqrtc1Ydyfi6xT2zjIyA08vY/ELe/K6QwU6bO8btY0pqHmMz5tzO" +
        "X0T+LVVekU69EtZ5JR5/RbPnCs/R0TiGg2Nsnh/7inbbxl/LY+Q1PT/vRi8i5hLL62hBPK4yj2lMXigmgGE8cOZJHHDLzrVpzb3R05wj3tUcaNaRLsWFNjjTWf1szM9L" +
        "yyhT3Hhia658pF07MsVEylXW97lszRHZZNoqeR9I+dKGr2Gv9wj/TomvU9LvW49t2rGPsfe5Ne1WC0W/J2uekXUTVl6eGamnrC9pY8T6eSF7a9hOizeTKatkcGCdKevJ" +
        "EqF15WNbchLHZJe85l/O1Qc+FuvuQVtd3anU028b9czrz+qHnQe6fvjr1T/Unebv6w/+OQ5baJKdxZu2xn8B";
}

namespace PureLlm.Engine.Data.Generators;

/// <summary>The words and sentences of the stories, version 1. Published: never edit it; a better one becomes version 2.</summary>
/// <remarks>
/// A slot is chosen where it first appears in a story and stays the same from then on. {boy} is boy or girl and decides the names and
/// pronouns that may follow. Two rules make each byte's probability exact (tests hold them): no alternative of a choice begins another,
/// and alternative sentences part before their first open slot. Openings start with different letters, so that a story's first token
/// says which opening it is.
/// </remarks>
internal static class StoryGrammar
{
    public const int Version = 1;

    public static readonly string[] BoyNames = ["Ben", "Tom", "Finn", "Leo", "Max", "Sam", "Dan", "Tim"];
    public static readonly string[] GirlNames = ["Mia", "Lily", "Anna", "Zoe", "Kim", "Emma", "Nora", "Eva"];

    public static readonly Dictionary<string, string[]> Slots = new()
    {
        ["boy"] = ["boy", "girl"],
        ["trait"] = ["kind", "brave", "clever", "gentle", "funny", "calm", "happy", "shy", "lazy", "proud", "strong", "good"],
        ["hobby"] = ["sing", "run", "climb", "read", "draw", "swim", "dance", "play"],
        ["weather"] = ["sunny", "cold", "windy", "rainy", "foggy", "warm"],
        ["home"] = ["small house", "tall tower", "tent", "red hut", "castle", "farm"],
        ["colour"] = ["red", "blue", "green", "yellow", "white", "black", "brown", "pink"],
        ["object"] = ["ball", "bell", "lamp", "cup", "drum", "hat", "spoon", "boat", "doll", "kite", "ring", "rope"],
        ["animal"] = ["cat", "dog", "rabbit", "fox", "mouse", "owl", "duck", "frog", "bear", "pony", "hen", "goat"],
        ["nature"] = ["small", "young", "tiny", "wise", "friendly", "hungry", "soft", "round"],
        ["place"] = ["behind the shed", "in the tall grass", "by the gate", "near the pond", "at the lake", "on the hill", "at the well", "in the barn"],
        ["sadness"] = ["sad", "worried", "cold", "afraid"],
        ["joy"] = ["glad", "warm", "happy", "proud"],
        ["parent"] = ["mother", "father", "grandma", "uncle"],
        ["food"] = ["soup", "bread", "plums", "beans", "cheese", "cake", "nuts", "honey"],
        ["trap"] = ["a hole", "a bush", "the mud", "an old box"],
        ["time"] = ["all day", "until noon", "for an hour", "all night"],
        ["wish"] = ["to play", "a friend", "some food", "a warm bed"],
    };

    public static readonly Template[] Openings = Templates(
        "Once upon a time there was a {trait} {boy} named {name}.",
        "Long ago there was a {trait} {boy} named {name}.",
        "There once was a {trait} {boy} named {name}.",
        "In a {home} lived a {trait} {boy} named {name}.");

    public static readonly Template[] Settings = Templates(
        " {He} loved to {hobby}.",
        " It was a {weather} day.",
        " {His} best friend was far away.");

    /// <summary>The plots, each a row of steps, each step a set of equally likely sentences. First steps hold one sentence, which names the plot.</summary>
    public static readonly Template[][][] Plots =
    [
        [   // lost and found
            Templates(" {He} had a {colour} {object}."),
            Templates(" But the {colour} {object} was gone!", " One day {he} lost the {colour} {object}."),
            Templates(" {He} began to cry.", " {name} felt {sadness}."),
            Templates(" A {nature} {animal} came to see {him}.", " Then {he} met a {nature} {animal}."),
            Templates(" \"Look {place},\" said the {animal}."),
            Templates(" {name} found the {colour} {object}!", " Soon {name} found the {colour} {object}."),
        ],
        [   // stuck
            Templates(" One day {he} heard a cry {place}."),
            Templates(" A {nature} {animal} was stuck in {trap}.", " It was a {nature} {animal} in {trap}."),
            Templates(" \"Help me,\" said the {animal}.", " The {animal} wanted to get out."),
            Templates(" {name} took a {colour} {object}.", " {name} had a {colour} {object}."),
            Templates(" With the {colour} {object} {he} helped the {animal}."),
            Templates(" Soon the {animal} was safe.", " \"Thank you,\" said the {animal}."),
        ],
        [   // sharing
            Templates(" {His} {parent} made some {food}."),
            Templates(" {name} took the {food} and a {colour} {object}."),
            Templates(" On the way {he} met a {nature} {animal}.", " {He} saw a {nature} {animal} {place}."),
            Templates(" \"I am hungry,\" said the {animal}.", " The {animal} had no food."),
            Templates(" {He} gave half of the {food} to the {animal}."),
            Templates(" They played with the {colour} {object}.", " The {animal} loved the {colour} {object}."),
        ],
        [   // a fright
            Templates(" There was a shadow {place}."),
            Templates(" {name} was {sadness}.", " {name} wanted to hide."),
            Templates(" {He} held a {colour} {object}.", " {He} took a {colour} {object}."),
            Templates(" \"Who is there?\" asked {name}."),
            Templates(" A {nature} {animal} came out.", " It was only a {nature} {animal}."),
            Templates(" The {animal} wanted {wish}.", " The {animal} liked the {colour} {object}."),
        ],
        [   // a present
            Templates(" {He} made a {colour} {object} for {his} {parent}."),
            Templates(" But the {colour} {object} broke.", " But it was too hard."),
            Templates(" A {nature} {animal} came by.", " Then {he} saw a {nature} {animal}."),
            Templates(" \"I can help,\" said the {animal}."),
            Templates(" {name} and the {animal} worked {time}.", " {name} did not give up."),
            Templates(" {His} {parent} loved the {colour} {object}."),
        ],
    ];

    public static readonly Template[] Endings = Templates(
        " {He} went home feeling {joy}.",
        " {name} slept well.",
        " They were friends from that day on.",
        " It was a good day.");

    public const string Who = " Q: who is the story about? A:";
    public const string WhichAnimal = " Q: which animal is in it? A:";

    /// <summary>Every sentence of a story, without the questions.</summary>
    public static IEnumerable<Template> Sentences() => [.. Openings, .. Settings, .. Plots.SelectMany(p => p).SelectMany(s => s), .. Endings];

    /// <summary>The pronoun slots and what they say for a boy and for a girl.</summary>
    public static readonly Dictionary<string, (string Boy, string Girl)> Pronouns = new()
    {
        ["he"] = ("he", "she"),
        ["He"] = ("He", "She"),
        ["his"] = ("his", "her"),
        ["His"] = ("His", "Her"),
        ["him"] = ("him", "her"),
    };

    private static Template[] Templates(params string[] texts) => [.. texts.Select(t => new Template(t))];
}

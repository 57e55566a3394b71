using System.Reflection;
using System.Text.RegularExpressions;

namespace PureLlm.Cli.Learning;

/// <summary>All lessons; their files are embedded in the program.</summary>
internal static partial class LessonBook
{
    private const string Prefix = "lessons/";

    /// <summary>In the order of reading.</summary>
    public static IReadOnlyList<Lesson> All { get; } = [.. Names.Select(name => LessonReader.Read(name, Text(name)).Lesson)];

    /// <summary>Figures that a lesson's text claims.</summary>
    public static IReadOnlyList<Figure> Figures(Lesson lesson) => LessonReader.Read(lesson.File, Text(lesson.File)).Figures;

    /// <summary>The lesson with a number or name ("4", "normalisation"), or null.</summary>
    public static Lesson? Find(string wanted) =>
        All.FirstOrDefault(lesson => $"{lesson.Number}" == wanted.TrimStart('0') || lesson.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase) || lesson.Name.Split('-').Contains(wanted, StringComparer.OrdinalIgnoreCase));

    private static IEnumerable<string> Names => Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..]).Where(name => LessonFile().IsMatch(name)).Order(StringComparer.Ordinal);

    private static string Text(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^\d\d-.*\.md$")]
    private static partial Regex LessonFile();
}

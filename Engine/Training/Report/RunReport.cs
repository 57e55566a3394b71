using System.Text;
using PureLlm.Engine.Formats;

namespace PureLlm.Engine.Training.Report;

/// <summary>Writes a run's report.html: one file with everything in it, that needs no network and no other file.</summary>
public static class RunReport
{
    public const string FileName = "report.html";

    /// <summary>Writes the report of what a run's folder holds now, in place of an older one.</summary>
    /// <returns>The file's path.</returns>
    /// <exception cref="RunException">R002: the folder is no run.</exception>
    /// <exception cref="IOException">It cannot be read or written.</exception>
    public static string Write(string runFolder)
    {
        string path = Path.Combine(runFolder, FileName);
        AtomicFile.Write(path, Encoding.UTF8.GetBytes(ReportPage.Write(RunRecord.Read(runFolder))));
        return path;
    }
}

using System.Globalization;

namespace Vdeorch.Cli.Plugging;

/// <summary>Our process id in a file, which goes when we do. One that is there is written over.</summary>
sealed class PidFile : IDisposable
{
    readonly string path;

    PidFile(string path) => this.path = path;

    public static PidFile Write(string path)
    {
        // A daemon changes its directory.
        string full = Path.GetFullPath(path);
        File.WriteAllText(full, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
        return new PidFile(full);
    }

    public void Dispose() => File.Delete(path);
}

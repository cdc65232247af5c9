using System.Globalization;
using System.Text;

namespace Vdeorch.Cli.Plugging;

/// <summary>Our process id in a file, which goes when we do. <see cref="Write"/> writes over one that is there.</summary>
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

    /// <exception cref="IOException">It is there already.</exception>
    public static PidFile WriteNew(string path)
    {
        string full = Path.GetFullPath(path);
        using FileStream file = new(full, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        });
        file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n")));
        return new PidFile(full);
    }

    public void Dispose() => File.Delete(path);
}

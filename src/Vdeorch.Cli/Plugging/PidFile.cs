using System.Globalization;
using System.Text;

namespace Vdeorch.Cli.Plugging;

/// <summary>Our process id in a file, which goes when we do. <see cref="Write"/> writes over one whose process has gone.</summary>
sealed class PidFile : IDisposable
{
    readonly string path;

    PidFile(string path) => this.path = path;

    /// <exception cref="IOException">It is that of another process that runs, or cannot be written.</exception>
    public static PidFile Write(string path)
    {
        // A daemon changes its directory.
        string full = Path.GetFullPath(path);
        if (Running(full) is { } other)
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"'{path}' is that of process {other}, which runs: name another file, or remove this one if that is no plug"));
        }

        File.WriteAllText(full, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}\n"));
        return new PidFile(full);
    }

    // Whose it is, if that is a process that runs; ourselves aside.
    static int? Running(string path)
    {
        try
        {
            return int.TryParse(File.ReadAllText(path).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && pid != Environment.ProcessId && IsProcess(pid) ? pid : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    // Threads are found there by their numbers too.
    static bool IsProcess(int pid)
    {
        string status = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status");
        return File.Exists(status) && File.ReadLines(status).Any(line => line.StartsWith("Tgid:", StringComparison.Ordinal) && line.AsSpan(5).Trim().SequenceEqual(pid.ToString(CultureInfo.InvariantCulture)));
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

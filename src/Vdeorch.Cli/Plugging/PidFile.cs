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

    // proc_pid_comm(5); empty when it has gone meanwhile.
    static string Name(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/comm")).Trim();
        }
        catch (IOException)
        {
            return "";
        }
    }

    // Threads are found there by their numbers too.
    static bool IsProcess(int pid)
    {
        string status = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status");
        return File.Exists(status) && File.ReadLines(status).Any(line => line.StartsWith("Tgid:", StringComparison.Ordinal) && line.AsSpan(5).Trim().SequenceEqual(pid.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>The same, and nothing is written over but what such a program has left: one that was killed takes no pid file with it.</summary>
    /// <param name="programs">That write such a file. A process that is none of them has got the number of one that is gone.</param>
    /// <exception cref="IOException">It is that of a program which runs, or no pid file, or cannot be written.</exception>
    public static PidFile WriteNew(string path, params ReadOnlySpan<string> programs)
    {
        string full = Path.GetFullPath(path);
        if (Running(full) is { } other && programs.Contains(Name(other)))
        {
            throw new IOException(string.Create(CultureInfo.InvariantCulture, $"'{path}' is that of process {other} ({Name(other)}), which runs: end it, or name another file"));
        }

        if (File.Exists(full))
        {
            if (!int.TryParse(File.ReadAllText(full).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                throw new IOException($"'{path}' is there and holds no process id: remove it, or name another file");
            }

            File.Delete(full);
        }

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

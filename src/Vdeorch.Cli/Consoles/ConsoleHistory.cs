namespace Vdeorch.Cli.Consoles;

/// <summary>Lines that were typed at consoles, kept in the user's state directory. What cannot be kept is forgotten: it is a convenience.</summary>
static class ConsoleHistory
{
    const int Most = 500;

    /// <remarks>XDG Base Directory Specification: $XDG_STATE_HOME.</remarks>
    static string? Path
    {
        get
        {
            string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            string? home = Environment.GetEnvironmentVariable("HOME");
            return !string.IsNullOrEmpty(state) ? $"{state}/vdeorch/console_history" : !string.IsNullOrEmpty(home) ? $"{home}/.local/state/vdeorch/console_history" : null;
        }
    }

    /// <summary>The latest last.</summary>
    public static List<string> Load()
    {
        try
        {
            return Path is { } path && File.Exists(path) ? [.. File.ReadLines(path).TakeLast(Most)] : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static void Save(List<string> lines)
    {
        if (Path is { } path)
        {
            Save(lines, path);
        }
    }

    /// <summary>For its user alone, whatever the umask and whoever made the file: what is typed at a console may be nobody else's business.</summary>
    internal static void Save(List<string> lines, string path)
    {
        const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!, OwnersAlone | UnixFileMode.UserExecute);
            using FileStream file = new(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = OwnersAlone });
            File.SetUnixFileMode(file.SafeFileHandle, OwnersAlone);
            file.SetLength(0);
            using StreamWriter writer = new(file);
            foreach (string line in lines.TakeLast(Most))
            {
                writer.WriteLine(line);
            }
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // As said.
        }
    }
}

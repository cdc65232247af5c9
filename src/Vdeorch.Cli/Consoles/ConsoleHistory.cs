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
        try
        {
            if (Path is { } path)
            {
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
                File.WriteAllLines(path, lines.TakeLast(Most));
            }
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            // As said.
        }
    }
}

using System.Globalization;
using System.Text;

namespace Vdeorch.Cli.Exporting;

/// <summary>A directory that comes into being whole or not at all: written beside its place, and put there at the end.</summary>
/// <remarks>Disposing removes what has not been put in its place.</remarks>
sealed class ExportedDirectory : IDisposable
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    const UnixFileMode Entered = OwnerOnly | UnixFileMode.UserExecute;

    readonly string _place;
    readonly string _beside;

    /// <param name="place">Absolute. What is there must be an empty directory, or, with <paramref name="replaces"/>, one that an export made.</param>
    /// <exception cref="IOException">It is something else, or there is no directory to make it in.</exception>
    public ExportedDirectory(string place, bool replaces)
    {
        _place = Path.TrimEndingDirectorySeparator(place);
        RefuseOthers(replaces);
        if (Path.GetDirectoryName(_place) is not { } parent || !Directory.Exists(parent))
        {
            throw new IOException($"'{place}' cannot be made: there is no directory '{Path.GetDirectoryName(_place)}'");
        }

        _beside = Beside("new");
        Directory.CreateDirectory(_beside, Entered);
    }

    /// <param name="path">Relative; its directories are made.</param>
    /// <param name="mode">Permission bits; no umask.</param>
    public void Write(string path, ReadOnlySpan<byte> bytes, int mode)
    {
        string target = $"{_beside}/{path}";
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        using (FileStream stream = new(target, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            stream.Write(bytes);
        }

        File.SetUnixFileMode(target, (UnixFileMode)mode);
    }

    public void Write(string path, string text, int mode) => Write(path, Encoding.UTF8.GetBytes(text), mode);

    /// <summary>Puts it in its place, and takes away what was there.</summary>
    public void Finish()
    {
        RestoreMode();
        string? old = null;
        if (Directory.Exists(_place))
        {
            old = Beside("old");
            Directory.Move(_place, old);
        }

        try
        {
            Directory.Move(_beside, _place);
        }
        catch when (old is not null)
        {
            Directory.Move(old, _place);
            throw;
        }

        if (old is not null)
        {
            Directory.Delete(old, recursive: true);
        }
    }

    public void Dispose()
    {
        if (Directory.Exists(_beside))
        {
            Directory.Delete(_beside, recursive: true);
        }
    }

    // One that was made beforehand keeps its permissions. A new one has those of any other: what is secret in it has its own.
    void RestoreMode() => File.SetUnixFileMode(_beside, Directory.Exists(_place) ? File.GetUnixFileMode(_place) : (UnixFileMode)0b111_101_101);

    void RefuseOthers(bool replaces)
    {
        if (File.Exists(_place))
        {
            throw new IOException($"'{_place}' is a file: name a directory, which is made");
        }

        if (!Directory.Exists(_place) || !Directory.EnumerateFileSystemEntries(_place).Any())
        {
            return;
        }

        if (!replaces)
        {
            throw new IOException($"'{_place}' is there and not empty: name another directory, or give --force to replace an export that is in it");
        }

        // Else a slip of the hand would cost a whole directory.
        if (Directory.EnumerateFileSystemEntries(_place).Select(path => Path.GetFileName(path)).FirstOrDefault(name => !IsOfAnExport(name)) is { } other)
        {
            throw new IOException($"'{_place}' is left as it is: '{other}' in it is of no export, and --force replaces nothing else; name another directory");
        }
    }

    bool IsOfAnExport(string name) => name.EndsWith(".yaml", StringComparison.Ordinal) ? File.Exists($"{_place}/{name}") : name is "files" or "keys" && Directory.Exists($"{_place}/{name}");

    string Beside(string what) => string.Create(CultureInfo.InvariantCulture, $"{Path.GetDirectoryName(_place)}/.{Path.GetFileName(_place)}.{Environment.ProcessId}.{what}");
}

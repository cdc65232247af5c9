using Vdeorch.Linux.Io;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Cli.Plugging;

/// <summary>The disk, for locators without a scheme.</summary>
sealed class UvdelFiles : IUvdelFiles
{
    const int LongestLine = 4095;

    public string? Home => Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? home : null;

    public bool Exists(string path) => RegularFile.NameIsTaken(path);

    public string? FirstLine(string path)
    {
        string? head = path.Contains('\0', StringComparison.Ordinal) ? null : RegularFile.Head(path, LongestLine);
        int end = head?.IndexOf('\n', StringComparison.Ordinal) ?? -1;
        return end < 0 ? head : head![..(end + 1)];
    }
}

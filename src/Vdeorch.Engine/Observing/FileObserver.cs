using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>The files of a namespace as they are now: its programs may have written into them.</summary>
internal static class FileObserver
{
    /// <param name="directory">Where the namespace's files lie; it need not be there.</param>
    /// <returns>Fields of all that is in it; a file that cannot be read has none that is the same as any other.</returns>
    public static IEnumerable<KeyValuePair<string, string>> Observe(string directory) => !Directory.Exists(directory) ? []
        : [.. Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(path => KeyValuePair.Create($"{NamespaceFile.Paths}{Path.GetRelativePath(directory, path)}", Value(path)))];

    static string Value(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget is { } target ? $"a link to {target}"
                : NamespaceFile.Print(File.ReadAllBytes(path), (int)File.GetUnixFileMode(path) & 0b111_111_111);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return $"unreadable: {unreadable.Message}";
        }
    }
}

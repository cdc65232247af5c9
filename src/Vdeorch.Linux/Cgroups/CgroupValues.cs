namespace Vdeorch.Linux.Cgroups;

/// <summary>Reads the files of a group. Read only.</summary>
public static class CgroupValues
{
    /// <returns>The file's one line; null when there is no such group or its controllers do not give it such a file.</returns>
    public static string? Read(string directory, string file)
    {
        try
        {
            return File.ReadAllText($"{directory}/{file}").Trim();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Of the group itself, not of groups below it.</summary>
    public static int[] Processes(string directory) =>
        [.. (Read(directory, "cgroup.procs") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Whether any process is in it or below it.</summary>
    public static bool IsPopulated(string directory) => (Read(directory, "cgroup.events") ?? "").Split('\n').Contains("populated 1");
}

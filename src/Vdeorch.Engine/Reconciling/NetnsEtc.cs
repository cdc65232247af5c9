using Vdeorch.Engine.Entering;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Reconciling;

/// <summary>As root: lets <c>ip netns exec</c> show a namespace's files too. It binds whatever is in /etc/netns/NAME upon the file of that name in /etc.</summary>
/// <remarks>
/// ip-netns(8). Our entry there is a link to a directory of ours, which is how we know it again; anything else of that name is left alone. It shows neither what the
/// host has not got, nor files deeper than /etc itself: a directory would hide all that the host has in it.
/// </remarks>
internal static class NetnsEtc
{
    const string Root = "/etc/netns";

    public static void Write(RunDirectory run, string topology, string ns)
    {
        if (run.IsRootless)
        {
            return;
        }

        BindMount[] shown = [.. PrivateView.Files(run, topology, ns).Where(file => Path.GetDirectoryName(file.Target) == "/etc" && File.Exists(file.Target))
            .GroupBy(file => file.Target).Select(one => one.Last())];
        string own = Own(run, topology, ns);
        if (shown.Length == 0)
        {
            Remove(run, topology, ns);
            return;
        }

        Link(own, shown.ToDictionary(file => $"{own}/{Path.GetFileName(file.Target)}", file => file.Source, StringComparer.Ordinal));
        string entry = Entry(topology, ns);
        if (Path.Exists(entry) || new FileInfo(entry).LinkTarget is not null)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Root);
            File.CreateSymbolicLink(entry, own);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // An /etc that is read-only: services and `vdeorch exec` need nothing of this.
        }
    }

    // What stays is not touched: where the disk refuses a change in the middle, all else is still there.
    static void Link(string own, Dictionary<string, string> links)
    {
        Directory.CreateDirectory(own);
        foreach (string path in Directory.EnumerateFileSystemEntries(own).Where(path => new FileInfo(path).LinkTarget != links.GetValueOrDefault(path)).ToArray())
        {
            File.Delete(path);
        }

        foreach ((string path, string target) in links.Where(link => new FileInfo(link.Key).LinkTarget is null))
        {
            File.CreateSymbolicLink(path, target);
        }
    }

    /// <summary>Takes away what is ours, and the directory when nothing else is in it.</summary>
    public static void Remove(RunDirectory run, string topology, string ns)
    {
        string own = Own(run, topology, ns);
        if (Directory.Exists(own))
        {
            Directory.Delete(own, recursive: true);
        }

        string entry = Entry(topology, ns);
        if (new FileInfo(entry).LinkTarget != own)
        {
            return;
        }

        try
        {
            File.Delete(entry);
            if (!Directory.EnumerateFileSystemEntries(Root).Any())
            {
                Directory.Delete(Root);
            }
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // Somebody put another in between, or /etc has become read-only.
        }
    }

    static string Own(RunDirectory run, string topology, string ns) => $"{run.TopologyDirectory(topology)}/netns/{ns}";

    static string Entry(string topology, string ns) => $"{Root}/{topology}.{ns}";
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Entering;

/// <summary>
/// What programs of a namespace see in place of the host's files. Each program has a mount namespace of its own, in which: 1. what is mounted in /etc is kept
/// aside; 2. empty files are laid over /etc, so that there is something to bind upon; 3. what was kept aside comes back; 4. the namespace's files are bound.
/// 1 to 3 only where the host lacks one of the files, or has something else there.
/// </summary>
internal static class PrivateView
{
    const string Etc = "/etc";
    const string ResolvConf = "/etc/resolv.conf";
    const string Hosts = "/etc/hosts";

    /// <param name="mounts">Whose mounts the program will see, as /proc has it: a pid, or <c>self</c>.</param>
    public static ImmutableArray<BindMount> Of(RunDirectory run, string topology, string ns, string mounts)
    {
        ImmutableArray<BindMount> files = Files(run, topology, ns);
        return files.All(file => file.Source == run.ResolvConf(topology, ns) || CanBind(file.Target)) ? files : [.. OverEtc(run, topology, ns, mounts), .. files];
    }

    /// <summary>Each where it lies and where it is seen; of two in one place the later counts.</summary>
    public static ImmutableArray<BindMount> Files(RunDirectory run, string topology, string ns)
    {
        string resolvConf = run.ResolvConf(topology, ns);
        string root = run.Files(topology, ns);
        return
        [
            .. File.Exists(resolvConf) ? new[] { new BindMount(resolvConf, ResolvConf) } : [],
            // A host that has none looks names up in another way, which this would not change.
            .. File.Exists(run.Hosts(topology)) && CanBind(Hosts) ? new[] { new BindMount(run.Hosts(topology), Hosts) } : [],
            .. !Directory.Exists(root) ? []
                : Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => new BindMount(path, $"/{Path.GetRelativePath(root, path)}")),
        ];
    }

    /// <summary>Whether the host has a plain file there, by directories that are no links: one would lead the file to where others' files are.</summary>
    public static bool CanBind(string path)
    {
        for (string? above = Path.GetDirectoryName(path); above is not (null or "/"); above = Path.GetDirectoryName(above))
        {
            if (new DirectoryInfo(above) is not { Exists: true, LinkTarget: null })
            {
                return false;
            }
        }

        return new FileInfo(path) is { Exists: true, LinkTarget: null };
    }

    /// <summary>Where mounts of /etc are while something is laid over it.</summary>
    public static string Aside(RunDirectory run, string topology, string ns) => $"{run.Stubs(topology, ns)}.aside";

    static IEnumerable<BindMount> OverEtc(RunDirectory run, string topology, string ns, string mounts)
    {
        string aside = Aside(run, topology, ns);
        List<BindMount> away = [];
        List<BindMount> back = [];
        foreach (string mounted in Below($"/proc/{mounts}/mountinfo").Where(path => File.Exists(path) || Directory.Exists(path)))
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"{aside}/{away.Count}");
            MakePlace(place, Directory.Exists(mounted));
            away.Add(new BindMount(mounted, place));
            back.Add(new BindMount(place, mounted));
        }

        return [.. away, new BindMount($"{run.Stubs(topology, ns)}{Etc}", Etc) { IsLaidOver = true }, .. back];
    }

    static void MakePlace(string place, bool isDirectory)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        if (isDirectory)
        {
            if (File.Exists(place))
            {
                File.Delete(place);
            }

            Directory.CreateDirectory(place);
        }
        else if (!File.Exists(place))
        {
            if (Directory.Exists(place))
            {
                Directory.Delete(place);
            }

            File.WriteAllBytes(place, []);
        }
    }

    // proc_pid_mountinfo(5): the fifth field is where it is mounted; blanks and the like are octal.
    static IEnumerable<string> Below(string mountInfo) => File.ReadLines(mountInfo)
        .Select(line => Unescape(line.Split(' ')[4]))
        .Where(path => path.StartsWith($"{Etc}/", StringComparison.Ordinal))
        .Distinct(StringComparer.Ordinal);

    internal static string Unescape(string text)
    {
        StringBuilder plain = new(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] == '\\' && at + 3 < text.Length)
            {
                plain.Append((char)Convert.ToInt32(text.Substring(at + 1, 3), 8));
                at += 3;
            }
            else
            {
                plain.Append(text[at]);
            }
        }

        return plain.ToString();
    }
}

using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Processes;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>
/// Where the daemon of a network function lives: directories of its own in place of <c>/run</c>, <c>/var/lib</c> and <c>/var/log</c>, the rest of the host read-only, its configuration below
/// <c>/run</c>. As root it is nobody; without, it is the user. Either way it has the rights of the network and no others, and no way to get any: neither
/// by itself nor by way of another process of the same user.
/// </summary>
internal static class DaemonPlace
{
    const string ConfigName = "config";

    // Debian's nobody and nogroup.
    const uint Nobody = 65534;

    const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    static readonly ImmutableArray<(string Name, string Target)> s_own = [("lib", "/var/lib"), ("log", "/var/log"), ("run", "/run")];

    // Where its directories are held while others are laid over what leads to them.
    static readonly string[] s_holders = ["/mnt", "/media", "/srv", "/opt"];

    /// <summary>Makes its directories and writes its configuration; anything else in that directory goes. A service that is no daemon needs none.</summary>
    /// <exception cref="IOException">Also when what it is to be shown is no directory.</exception>
    public static void Prepare(RunDirectory run, string topology, ServiceSpec spec)
    {
        if (spec.Daemon is not { } daemon)
        {
            return;
        }

        Demand(daemon);
        string place = run.Daemon(topology, spec.Namespace, spec.Name);
        foreach ((string name, _) in s_own)
        {
            Directory.CreateDirectory($"{place}/{name}");
            if (RunsAs is { } user && UnixFile.TrySetOwner($"{place}/{name}", user.Uid, user.Gid) is > 0 and var errno)
            {
                throw new LinuxException(errno, "chown", $"{place}/{name}");
            }
        }

        string config = run.DaemonConfig(topology, spec.Namespace, spec.Name);
        Directory.CreateDirectory(config);
        foreach (string path in Directory.EnumerateFileSystemEntries(config).Where(path => daemon.Files.All(file => file.Name != Path.GetFileName(path))))
        {
            File.Delete(path);
        }

        foreach (DaemonFile file in daemon.Files)
        {
            // A daemon that reads it in this moment finds the old one or the new one.
            File.WriteAllText($"{place}/{file.Name}.new", file.Text);
            File.SetUnixFileMode($"{place}/{file.Name}.new", ForAll);
            File.Move($"{place}/{file.Name}.new", $"{config}/{file.Name}", overwrite: true);
        }

        if (daemon.TakesLeases)
        {
            MakeResolver(run.ResolvConf(topology, spec.Namespace));
            MakeFile($"{place}{DaemonSpec.Resolver}");
            MakeFile($"{place}{DaemonSpec.LeaseHand}");
        }

        foreach (string name in daemon.Shown.Keys.Append(ConfigName))
        {
            MakePlace($"{place}/run/{name}");
        }
    }

    /// <summary>What has to be there before one is started: asked before another one is ended for it.</summary>
    /// <exception cref="IOException">What it is to be shown is no directory.</exception>
    public static void Demand(DaemonSpec? daemon)
    {
        if (daemon?.Shown.FirstOrDefault(pair => !Directory.Exists(pair.Value)) is { Key: { } key } absent)
        {
            throw new IOException($"{key}: there is no directory '{absent.Value}'");
        }
    }

    /// <summary>All that it has written goes with it.</summary>
    public static void Remove(RunDirectory run, string topology, string ns, string kind)
    {
        string place = run.Daemon(topology, ns, kind);
        if (Directory.Exists(place))
        {
            Directory.Delete(place, recursive: true);
        }
    }

    public static SpawnRequest Confine(SpawnRequest request, RunDirectory run, string topology, string ns, string kind, DaemonSpec daemon)
    {
        string place = run.Daemon(topology, ns, kind);
        string holder = s_holders.FirstOrDefault(path => Directory.Exists(path) && daemon.Shown.Values.Append(place).All(source => !source.StartsWith($"{path}/", StringComparison.Ordinal)))
            ?? throw new IOException($"none of {string.Join(", ", s_holders)} is there to hold the directories of a network function while they are put in place: make one of them");
        return request with
        {
            Binds =
            [
                .. request.Binds,
                new BindMount(place, holder),
                .. daemon.TakesLeases ? new[] { new BindMount(run.ResolvConf(topology, ns), $"{holder}{DaemonSpec.Resolver}"), new BindMount(Environment.ProcessPath!, $"{holder}{DaemonSpec.LeaseHand}") } : [],
                .. daemon.Shown.Select(pair => new BindMount(pair.Value, $"{holder}/run/{pair.Key}")),
                new BindMount($"{holder}/{ConfigName}", $"{holder}/run/{ConfigName}"),
                .. s_own.Select(own => new BindMount($"{holder}/{own.Name}", own.Target) { IsDeep = true }),
            ],
            Writable = [.. s_own.Select(own => own.Target), .. daemon.TakesLeases ? new[] { DaemonSpec.Resolver } : []],
            Privileges = Privileges.AmbientNet,
            IsEnclosed = true,
            RunAs = RunsAs,
        };
    }

    // Null: as the engine.
    static (uint Uid, uint Gid)? RunsAs => Credentials.EffectiveUid == 0 ? (Nobody, Nobody) : null;

    // Its client writes it: the namespace's other programs have it mounted, so it stays the same file.
    static void MakeResolver(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        if (!File.Exists(path))
        {
            File.WriteAllBytes(path, []);
        }

        if (RunsAs is { } user && UnixFile.TrySetOwner(path, user.Uid, user.Gid) is > 0 and var errno)
        {
            throw new LinuxException(errno, "chown", path);
        }
    }

    // One that is there stays: to whom it is a place to mount upon, the mount would go with it.
    static void MakeFile(string path)
    {
        if (new FileInfo(path) is { Exists: true, LinkTarget: null })
        {
            return;
        }

        if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
        {
            Directory.Delete(path, recursive: true);
        }
        else
        {
            File.Delete(path);
        }

        File.WriteAllBytes(path, []);
    }

    // The daemon may have put a link there, to have something made elsewhere.
    static void MakePlace(string path)
    {
        if (new FileInfo(path) is { Exists: true } or { LinkTarget: not null })
        {
            File.Delete(path);
        }

        Directory.CreateDirectory(path);
    }
}

using System.Globalization;
using System.Text;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Machines;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Hosting;

/// <summary>Where one engine and everything it made is found: sockets, notes, logs. One engine per run directory.</summary>
/// <param name="Path">Absolute, no trailing slash. <c>VDEORCH_RUN_DIR</c>, else /run/vdeorch as root, $XDG_RUNTIME_DIR/vdeorch, or /tmp/vdeorch-UID.</param>
/// <param name="IsRootless">Everything lives in the anchor's user and mount namespace.</param>
/// <param name="IsInside">This process already is in them.</param>
public sealed record RunDirectory(string Path, bool IsRootless, bool IsInside)
{
    // A unix socket's path holds 107 bytes, and the deepest of ours is topologies/<31 letters>/runtime.sock.
    const int LongestPath = 50;

    // What leaves room for a sign and the name of a card.
    const int LongestMachine = 107 - 17;

    public string ApiSocket => $"{Path}/engine.sock";
    public string EngineLock => $"{Path}/engine.lock";
    public string StartLock => $"{Path}/start.lock";
    public string EngineLog => $"{Path}/engine.log";
    public string AnchorPid => $"{Path}/anchor.pid";

    /// <summary>Says which group holds those of limited namespaces; there while there is one.</summary>
    public string CgroupNote => $"{Path}/cgroup";

    public string Topologies => $"{Path}/topologies";

    /// <summary>Where the network namespaces are pinned. Without root it is a tmpfs that only the anchor's mount namespace has.</summary>
    public string Pins => IsRootless ? $"{Path}/netns" : "/run/netns";

    public string TopologyDirectory(string topology) => $"{Topologies}/{topology}";

    public string ControlSocket(string topology) => $"{TopologyDirectory(topology)}/runtime.sock";

    public string StateSocket(string topology) => $"{TopologyDirectory(topology)}/state.sock";

    public string RuntimeLog(string topology) => $"{TopologyDirectory(topology)}/runtime.log";

    public string ServiceLog(string topology, string ns, string service) => $"{TopologyDirectory(topology)}/logs/{ns}.{service}.log";

    /// <summary>What a network function's daemon has of its own: its run, lib and log.</summary>
    public string Daemon(string topology, string ns, string kind) => $"{TopologyDirectory(topology)}/daemons/{ns}/{kind}";

    /// <summary>The daemon's configuration. It cannot write there: what it may write into leads nobody who has more rights to anything.</summary>
    public string DaemonConfig(string topology, string ns, string kind) => $"{Daemon(topology, ns, kind)}/config";

    /// <summary>The sockets of a virtual machine.</summary>
    public string Machine(string topology, string machine)
    {
        string plain = $"{Machines}/{topology}.{machine}";
        return plain.Length <= LongestMachine ? plain : string.Create(CultureInfo.InvariantCulture, $"{Machines}/{ContentDigest.Of(Encoding.UTF8.GetBytes(plain)):x16}");
    }

    /// <summary>Where a machine of that name is met, its console's log included.</summary>
    public MachinePlace MachinePlace(string topology, string machine) => new(Machine(topology, machine), ServiceLog(topology, machine, ConsoleLogName));

    /// <summary>What the log of a machine's serial console is called, beside that of its QEMU.</summary>
    public const string ConsoleLogName = "console";

    /// <summary>What the log of a machine's QEMU is called.</summary>
    public const string QemuLogName = "qemu";

    public string Machines => $"{Path}/machines";

    /// <summary>Says that a machine is the user's to start.</summary>
    public string ExternalNote(string topology, string machine) => $"{Externals(topology)}/{machine}";

    public string Externals(string topology) => $"{TopologyDirectory(topology)}/external";

    public string ResolvConf(string topology, string ns) => $"{TopologyDirectory(topology)}/etc/{ns}/resolv.conf";

    /// <summary>The /etc/hosts of all its namespaces.</summary>
    public string Hosts(string topology) => $"{TopologyDirectory(topology)}/hosts";

    /// <summary>The files of a namespace as its programs see them from the root.</summary>
    public string Files(string topology, string ns) => $"{TopologyDirectory(topology)}/files/{ns}";

    /// <summary>Laid over /etc, empty files where the host has none to bind upon; beside it, what was mounted in /etc meanwhile.</summary>
    public string Stubs(string topology, string ns) => $"{TopologyDirectory(topology)}/stubs/{ns}";

    public string Pin(string topology, string ns) => $"{Pins}/{topology}.{ns}";

    public static RunDirectory FromEnvironment()
    {
        string? anchored = Environment.GetEnvironmentVariable(Marks.Anchor);
        bool isInside = !string.IsNullOrEmpty(anchored);
        bool isRootless = isInside || !Credentials.CanAdministrateNetwork;
        string? given = Environment.GetEnvironmentVariable("VDEORCH_RUN_DIR");
        string path = !string.IsNullOrEmpty(given) ? given : isInside ? anchored! : Default(isRootless);
        return new RunDirectory(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)), isRootless, isInside);
    }

    /// <summary>Makes the directory, mode 0700.</summary>
    /// <exception cref="HostCannotException">It is somebody else's, a link, too long for a socket, or cannot be made.</exception>
    public void Ensure()
    {
        RefuseTooLong();
        try
        {
            Directory.CreateDirectory(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (new DirectoryInfo(Path).LinkTarget is not null)
            {
                throw new HostCannotException($"the run directory '{Path}' is a symbolic link; remove it or set VDEORCH_RUN_DIR to another");
            }

            // Fails for everyone but the owner: that is the check.
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw new HostCannotException($"the run directory '{Path}' cannot be used: {refused.Message} Set VDEORCH_RUN_DIR to one of your own");
        }
    }

    /// <summary>One that has no room for its sockets: nothing can be there.</summary>
    /// <exception cref="HostCannotException">It is.</exception>
    public void RefuseTooLong()
    {
        if (Path.Length > LongestPath)
        {
            throw new HostCannotException($"the run directory '{Path}' is longer than the {LongestPath} characters that leave room for its sockets; set VDEORCH_RUN_DIR to a shorter one");
        }
    }

    /// <summary>What runs in another user's is theirs: nothing in it can be asked, and nothing be told to end.</summary>
    /// <exception cref="HostCannotException">It is another user's, and we are not root.</exception>
    public void RefuseOthers()
    {
        if (Credentials.EffectiveUid is not 0 and var own && UnixFile.Status(Path) is { IsDirectory: true } there && there.Uid != own)
        {
            string owner = Credentials.Name(there.Uid) ?? string.Create(CultureInfo.InvariantCulture, $"user {there.Uid}");
            throw new HostCannotException($"the run directory '{Path}' belongs to {owner}, and so does what runs there: do this as {owner}, or set VDEORCH_RUN_DIR to a directory of your own");
        }
    }

    /// <summary>Where it is when nobody says.</summary>
    internal static string Default(bool isRootless)
    {
        if (!isRootless)
        {
            return "/run/vdeorch";
        }

        string? xdg = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        return !string.IsNullOrEmpty(xdg) && Directory.Exists(xdg)
            ? $"{xdg}/vdeorch"
            : string.Create(CultureInfo.InvariantCulture, $"/tmp/vdeorch-{Credentials.EffectiveUid}");
    }
}

/// <summary>This host or user lacks something vdeorch needs; the verb exits with 7 and <c>vdeorch doctor</c> says more.</summary>
public sealed class HostCannotException(string message) : Exception(message);

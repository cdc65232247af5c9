using System.Globalization;
using Vdeorch.Cli.Consoles;
using Vdeorch.Engine.Entering;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Cli.Importing;

/// <summary>Reads a running vde_switch through its management console. Nothing is changed.</summary>
static class SwitchReader
{
    const string Control = "ctl";

    // linux/include/uapi/linux/net.h: __SO_ACCEPTCON, as /proc/net/unix prints it.
    const string Listens = "00010000";

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Whether that is where clients join a switch.</summary>
    public static bool IsSwitch(string directory) => UnixFile.Status($"{directory}/{Control}") is { IsSocket: true };

    /// <param name="directory">Where clients join it.</param>
    /// <param name="console">The socket of its console; null: the one it was started with.</param>
    /// <exception cref="EntryException">It has no console, or another one's was given.</exception>
    /// <exception cref="LinuxException">Nobody listens there, or this user may not connect.</exception>
    public static async Task<ForeignSwitch> ReadAsync(string directory, string? console, string topology, string name, TimeProvider clock, CancellationToken ct)
    {
        string real = UnixFile.RealPath(directory);
        string path = console is null ? FindConsole(real) : Path.GetFullPath(console);
        Dictionary<string, IReadOnlyList<string>> answers = await AskAsync(path, clock, ct);
        try
        {
            UnixFileStatus control = UnixFile.Status($"{real}/{Control}") ?? default;
            ForeignSwitch found = ForeignSwitch.Of(topology, name, answers, IsForGroup(control.Mode) ? GroupName(control.Gid) : null);
            return found.Switch.Public!.Directory == real ? found
                : throw new EntryException($"'{path}' is the console of another switch: that of '{found.Switch.Public.Directory}'");
        }
        catch (FormatException strange)
        {
            throw new EntryException($"'{path}': {strange.Message}");
        }
    }

    static async Task<Dictionary<string, IReadOnlyList<string>>> AskAsync(string path, TimeProvider clock, CancellationToken ct)
    {
        Fd socket = UnixSocket.Open(UnixKind.Stream);
        if (UnixSocket.TryConnect(socket, path) is not 0 and int error)
        {
            socket.Dispose();
            throw new LinuxException(error, "connect", path);
        }

        using ConsoleConversation talk = new(socket, _ => { });
        Dictionary<string, IReadOnlyList<string>> answers = [];
        try
        {
            await talk.GreetAsync(ct).WaitAsync(s_patience, clock, ct);
            foreach (string question in ForeignSwitch.Questions)
            {
                answers[question] = (await talk.AskAsync(question, ct).WaitAsync(s_patience, clock, ct)).Lines;
            }
        }
        catch (TimeoutException)
        {
            throw new EntryException($"'{path}' does not answer as the console of a switch does");
        }

        return answers;
    }

    // Which process listens at the control socket, and where else.
    static string FindConsole(string directory)
    {
        (string Inode, string Path)[] listening = [.. File.ReadLines("/proc/net/unix")
            .Select(line => line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts.Length == 8 && parts[3] == Listens)
            .Select(parts => (parts[6], parts[7]))];
        string control = listening.FirstOrDefault(one => one.Path == $"{directory}/{Control}").Inode
            ?? throw new EntryException($"no switch listens in '{directory}'; one whose socket was left behind cannot be asked anything");
        foreach (int pid in ProcFs.Pids())
        {
            HashSet<string> held = Sockets(pid);
            if (held.Contains(control))
            {
                string[] others = [.. listening.Where(one => one.Inode != control && held.Contains(one.Inode)).Select(one => one.Path)];
                return others is [var only] ? only : throw new EntryException(others.Length == 0
                    ? $"the switch of '{directory}' (process {pid.ToString(CultureInfo.InvariantCulture)}) has no management console; only one that was started with `-M PATH` can be asked what it is like"
                    : $"the switch of '{directory}' listens at {string.Join(", ", others)}: say which is its console with --console");
            }
        }

        throw new EntryException($"the process behind '{directory}' is not this user's to look at: say where its console is with --console");
    }

    static HashSet<string> Sockets(int pid)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/fd"))
                .Select(fd => new FileInfo(fd).LinkTarget)
                .Where(target => target?.StartsWith("socket:[", StringComparison.Ordinal) == true)
                .Select(target => target!["socket:[".Length..^1])];
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    static bool IsForGroup(int mode) => (mode & 0b000_111_000) != 0;

    static string GroupName(uint gid)
    {
        string number = gid.ToString(CultureInfo.InvariantCulture);
        return File.ReadLines("/etc/group").Select(line => line.Split(':')).FirstOrDefault(parts => parts.Length > 2 && parts[2] == number)?[0] ?? number;
    }
}

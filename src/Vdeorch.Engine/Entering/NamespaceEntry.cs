using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.InteropServices;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Limiting;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Entering;

/// <summary>Runs a user's command inside a namespace of a topology, as <c>ip netns exec</c> does, with its private files of /etc.</summary>
public static class NamespaceEntry
{
    // What shells exit with: sh(1), "command not found" and "cannot execute".
    const int CannotExecute = 126;
    const int NotFound = 127;

    /// <summary>The command shares our terminal, standard streams and working directory; no engine is needed.</summary>
    /// <returns>Its exit code, 128 + signal when one ended it; 127 when there is no such command, 126 when it cannot be run.</returns>
    /// <exception cref="EntryException">No such topology or namespace.</exception>
    public static async Task<int> ExecAsync(RunDirectory run, string topology, string ns, ImmutableArray<string> command, CancellationToken ct)
    {
        using AnchorNamespaces? anchor = run.IsRootless && !run.IsInside ? AnchorProcess.Find(run) : null;
        if (run.IsRootless && !run.IsInside && anchor is null)
        {
            throw new EntryException($"no topology '{topology}' is running: nothing is");
        }

        // Pins are on a tmpfs that only the anchor's mount namespace has.
        string root = anchor is null ? "" : $"/proc/{anchor.Pid}/root";
        using NetNamespace entered = NetNamespace.TryOpen($"{root}{run.Pin(topology, ns)}") ?? throw Unknown(run, root, topology, ns);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using PosixSignalRegistration quit = PosixSignalRegistration.Create(PosixSignal.SIGQUIT, signal => signal.Cancel = true);
        using Fd? door = Door(run, topology, ns);
        SpawnRequest request = new()
        {
            Program = command[0],
            Arguments = command,
            Environment = Variables(topology, ns),
            WorkingDirectory = Environment.CurrentDirectory,
            JoinGroup = door,
            JoinUser = anchor?.User,
            JoinMount = anchor?.Mount,
            JoinNet = entered.Fd,
            Binds = PrivateView.Of(run, topology, ns, anchor is null ? "self" : anchor.Pid.ToString(CultureInfo.InvariantCulture)),
            Privileges = PrivilegesOf(run, anchor),
        };
        int pid;
        try
        {
            pid = Start(request, topology, ns);
        }
        catch (LinuxException refused) when (refused.Operation == "execve")
        {
            Console.Error.WriteLine($"vdeorch: {command[0]}: {refused.Message}");
            return refused.Errno == Errno.NoEntry ? NotFound : CannotExecute;
        }

        using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
        using CancellationTokenRegistration stop = ct.Register(() => process.Signal(Signals.Term));
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            process.Signal(Signals.Term);
        });
        return await process.WaitForExitAsync(CancellationToken.None) ?? 1;
    }

    // Null where the namespace has no limits.
    static Fd? Door(RunDirectory run, string topology, string ns)
    {
        try
        {
            return LimitGroups.Door(run, topology, ns, LimitPlaces.Others);
        }
        catch (LinuxException refused)
        {
            Unlimited(topology, ns, refused);
            return null;
        }
    }

    // A group can be joined only from one below what is delegated; whoever looks around in a namespace is let in all the same.
    static int Start(SpawnRequest request, string topology, string ns)
    {
        try
        {
            return Spawner.Spawn(request);
        }
        catch (LinuxException refused) when (request.JoinGroup is not null && refused.Operation == "write(cgroup.procs)")
        {
            Unlimited(topology, ns, refused);
            return Spawner.Spawn(request with { JoinGroup = null });
        }
    }

    static void Unlimited(string topology, string ns, LinuxException refused) =>
        Console.Error.WriteLine($"vdeorch: this runs outside of the limits of {topology}/{ns}, whose group it may not join from here ({refused.ErrnoText})");

    // Root inside a mapped range is root there by exec alone; the user mapped to itself needs its capabilities carried over.
    static Privileges PrivilegesOf(RunDirectory run, AnchorNamespaces? anchor) =>
        !run.IsRootless || (anchor is not null && Anchor.UsesSubordinateIds(anchor.Pid)) ? Privileges.Inherit : Privileges.AmbientNet;

    static EntryException Unknown(RunDirectory run, string root, string topology, string ns)
    {
        string[] there = [.. Pins.List($"{root}{run.Pins}").Where(pin => pin.StartsWith($"{topology}.", StringComparison.Ordinal)).Select(pin => pin[(topology.Length + 1)..])];
        return new EntryException(there.Length == 0
            ? $"no topology '{topology}' is running; `vdeorch status` lists those that are"
            : $"topology '{topology}' has no namespace '{ns}'; it has {string.Join(", ", there.Order(StringComparer.Ordinal))}");
    }

    static ImmutableArray<string> Variables(string topology, string ns)
    {
        List<string> variables = [];
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry.Key is not (Marks.Anchor or "VDEORCH_NAMESPACE"))
            {
                variables.Add($"{entry.Key}={entry.Value}");
            }
        }

        return [.. variables, $"VDEORCH_NAMESPACE={topology}/{ns}"];
    }
}

/// <summary>There is no such place to enter.</summary>
public sealed class EntryException(string message) : Exception(message);

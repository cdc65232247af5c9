using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Vdeorch.Engine.Entering;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Limiting;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>How any program of the user's is started inside a namespace of a topology.</summary>
internal static class ServiceProcess
{
    // execve(2) lets its parent go a moment before /proc shows the new environment, our only mark.
    static readonly TimeSpan s_unmarked = TimeSpan.FromMilliseconds(100);

    /// <summary>A session of its own, output to its log, only the file's environment and a few basics. Observers see it when this returns.</summary>
    public static int Start(RunDirectory run, string topology, ServiceSpec spec)
    {
        int pid = Spawn(run, topology, spec, spec.Run, [.. Basics(spec.Env), .. Identity(run, topology, spec)]);
        byte[] mark = Encoding.UTF8.GetBytes($"{Marks.Owner}={run.Path}");
        long began = Stopwatch.GetTimestamp();
        while (!ProcFs.EnvironmentContains(pid, mark) && !ProcFs.IsZombie(pid) && Stopwatch.GetElapsedTime(began) < s_unmarked)
        {
            Thread.Yield();
        }

        return pid;
    }

    // A probe runs as the service does, without the marks that would make it count as the service.
    static int StartProbe(RunDirectory run, string topology, ServiceSpec spec, ImmutableArray<string> command) =>
        Spawn(run, topology, spec, command, [.. Basics(spec.Env)]);

    static int Spawn(RunDirectory run, string topology, ServiceSpec spec, ImmutableArray<string> command, ImmutableArray<string> environment)
    {
        using Fd log = LogFile.Open(run.ServiceLog(topology, spec.Namespace, spec.Name));
        return Spawn(run, topology, spec.Namespace, command, environment, log, LimitPlaces.Service(spec.Name), spec);
    }

    /// <summary>A command that is no service: a session of its own.</summary>
    /// <param name="env">Beside the basics of its environment.</param>
    /// <param name="daemon">In whose place it is run; null: in nobody's.</param>
    public static int StartCommand(RunDirectory run, string topology, string ns, ImmutableArray<string> command, IEnumerable<KeyValuePair<string, string>> env, Fd log, ServiceSpec? daemon = null) =>
        Spawn(run, topology, ns, command, [.. Basics(env), $"VDEORCH_NAMESPACE={topology}/{ns}"], log, LimitPlaces.Others, daemon);

    static int Spawn(RunDirectory run, string topology, string name, ImmutableArray<string> command, ImmutableArray<string> environment, Fd log, string group, ServiceSpec? service = null)
    {
        using Fd? door = LimitGroups.Door(run, topology, name, group);
        using Fd nothing = Descriptors.OpenNull();
        using NetNamespace ns = NetNamespace.Open(run.Pin(topology, name));
        using Fd? tun = service?.Daemon?.Tun is { } link ? TunnelDevice.Open(ns, link, Marks.Link(run, topology, service.Id.Name, link)) : null;
        SpawnRequest request = new()
        {
            Program = command[0],
            Arguments = command,
            Environment = environment,
            JoinGroup = door,
            JoinNet = ns.Fd,
            Binds = PrivateView.Of(run, topology, name, "self"),
            StandardInput = nothing,
            StandardOutput = log,
            StandardError = log,
            Pass = tun is null ? [] : [tun],
            NewSession = true,
            Privileges = ForUsers,
        };
        return Spawner.Spawn(service?.Daemon is { } daemon ? DaemonPlace.Confine(request, run, topology, name, service.Name, daemon) : request);
    }

    /// <summary>Root, also of a user namespace, keeps what root has; the user mapped to itself gets the network capabilities along.</summary>
    public static Privileges ForUsers => Credentials.EffectiveUid == 0 ? Privileges.Inherit : Privileges.AmbientNet;

    static string[] Identity(RunDirectory run, string topology, ServiceSpec spec) =>
    [
        $"{Marks.Owner}={run.Path}",
        $"{Marks.Service}={topology}/{spec.Id.Name}",
        $"{Marks.ServiceRun}={ServiceSpec.PrintRun(spec.Run)}",
        $"{Marks.ServiceEnv}={string.Join(',', spec.Env.Keys)}",
        .. spec.Daemon is null ? Array.Empty<string>() : [$"{Marks.Daemon}=1"],
    ];

    static IEnumerable<string> Basics(IEnumerable<KeyValuePair<string, string>> env)
    {
        Dictionary<string, string> variables = new() { ["LANG"] = "C.UTF-8", ["PATH"] = Programs.ServicePath };
        if (Environment.GetEnvironmentVariable("HOME") is { } home)
        {
            variables["HOME"] = home;
        }

        foreach ((string key, string value) in env)
        {
            variables[key] = value;
        }

        return variables.Select(pair => $"{pair.Key}={pair.Value}");
    }

    /// <summary>Starts a command in the namespace and gives its exit code; its output goes to the service's log.</summary>
    public static async Task<int> RunAsync(RunDirectory run, string topology, ServiceSpec spec, ImmutableArray<string> command, CancellationToken ct)
    {
        int pid = StartProbe(run, topology, spec, command);
        using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
        try
        {
            return await process.WaitForExitAsync(ct) ?? 1;
        }
        catch (OperationCanceledException)
        {
            process.SignalGroup(Signals.Kill);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }
}

using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Processes;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Observing;

/// <summary>What was found of a topology's plug runtime.</summary>
/// <param name="State">Null when none answers.</param>
/// <param name="Pid">Null when none runs.</param>
internal sealed record RuntimeSeen(ImmutableArray<Observed> Objects, RuntimeState? State, int? Pid)
{
    /// <summary>It runs and does not answer: the whole sentence, for people. What is in it is not known, and not gone.</summary>
    public string? Hung { get; init; }
}

/// <summary>The plug runtime and the switches in it, as it tells them itself.</summary>
internal static class RuntimeObserver
{
    /// <returns>No objects when no runtime runs: then its switches do not exist either. One whose socket is gone from the disk is there, and that is all that can be known of it.</returns>
    /// <param name="memory">Of the last look; null: nothing is remembered.</param>
    public static RuntimeSeen Observe(RunDirectory run, string topology, ImmutableArray<MarkedProcess> processes, WorldMemory? memory)
    {
        MarkedProcess? process = processes.FirstOrDefault(process => process.Runtime == topology);
        if (process is null)
        {
            return new([], null, null);
        }

        RuntimeState state;
        try
        {
            using RuntimeClient client = new(run.StateSocket(topology));
            ToldState told = client.State(memory?.Runtime);
            state = told.State;
            memory?.Runtime = told;
        }
        catch (LinuxException lost) when (lost.Errno is Errno.NoEntry or Errno.ConnectionRefused && IsAlive(process.Pid))
        {
            // Its directory was deleted: nobody can ever ask it again, but it can be replaced or ended.
            return new([new Observed(new ResourceId(Kinds.Runtime, topology), Health.Failed)
            {
                Fields = ImmutableSortedDictionary<string, string>.Empty.Add("state", "unreachable"),
                Reason = $"its socket is gone: {lost.Message}",
            }], null, process.Pid);
        }
        catch (LinuxException refused)
        {
            return !IsAlive(process.Pid) ? new([], null, null) : new([new Observed(new ResourceId(Kinds.Runtime, topology), Health.Failed) { Reason = "it runs, and does not answer" }], null, process.Pid)
            {
                Hung = string.Create(CultureInfo.InvariantCulture,
                    $"the plug runtime of '{topology}' (pid {process.Pid}) runs but does not answer ({refused.Message}); look at {run.RuntimeLog(topology)}, or end it with `kill -9 {process.Pid}`: the engine starts another and nothing else is lost"),
            };
        }

        ResourceId id = new(Kinds.Runtime, topology);
        Observed runtime = new(id, Health.Healthy)
        {
            Fields = ImmutableSortedDictionary<string, string>.Empty.Add("opens", RuntimeSpec.PrintOpens(state.OpensLocators)).Add("state", "running"),
        };
        IEnumerable<Observed> switches = state.Switches.Where(sw => RuntimeNames.Segment(sw.Name).Kind == Kinds.Switch).Select(sw => Switch(sw, id));
        return new([runtime, .. switches, .. PlugObserver.WithRules(PlugObserver.Observe(state, id), new CloudGuard(run, topology))], state, process.Pid);
    }

    static bool IsAlive(int pid)
    {
        using ProcessHandle? process = ProcessHandle.TryOpen(pid);
        return process is { HasExited: false };
    }

    // Clients look for its socket on the disk, so what counts is what is there, and not what the runtime has made.
    static Observed Switch(SwitchSettings sw, ResourceId runtime)
    {
        Dictionary<string, string> fields = new()
        {
            ["hub"] = sw.Hub ? "true" : "false",
            ["mac-age"] = Durations.Print(TimeSpan.FromMilliseconds(sw.MacAgeMs)),
            ["min-persistence"] = Durations.Print(TimeSpan.FromMilliseconds(sw.MoveAfterMs)),
            ["ports"] = sw.Ports.ToString(CultureInfo.InvariantCulture),
        };
        if (sw.Public is { } open && UnixFile.Status($"{open.Directory}/ctl") is { IsSocket: true } listener)
        {
            foreach (Field field in SwitchSpec.PublicFields(open with { Mode = listener.Mode, Group = GroupOf(listener, open.Group) }))
            {
                fields[field.Path] = field.Value;
            }

            NoteDirectory(open, fields);
        }

        ConsoleSettings? console = sw.Console is { } listening && UnixFile.Status(listening.Path) is { IsSocket: true } socket ? listening with { Mode = socket.Mode, Group = GroupOf(socket, listening.Group) } : null;
        foreach (Field field in SwitchSpec.NumberedFields(sw.Numbered).Concat(SwitchSpec.ConsoleFields(console)))
        {
            fields[field.Path] = field.Value;
        }

        if (sw.Vlans is { IsEmpty: false } vlans)
        {
            fields["vlans"] = vlans.ToString();
        }

        foreach (Field field in SwitchSpec.StpFields(sw.Stp).Concat(SwitchSpec.StormFields(sw.Storm)).Concat(SwitchSpec.MirrorFields(sw.Mirror)))
        {
            fields[field.Path] = field.Value;
        }

        return new Observed(new ResourceId(Kinds.Switch, sw.Name), Health.Healthy)
        {
            Fields = fields.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Enumerated = ["vlans", SwitchSpec.MirrorPath, SwitchSpec.StormPath, SwitchSpec.StpPath, SwitchSpec.NumberedPaths, .. SwitchSpec.ConsolePaths, .. SwitchSpec.PublicPaths],
            DependsOn = [runtime],
        };
    }

    // Who may not enter the directory does not come to the socket in it; where it is as the socket's rights ask, there is nothing to say.
    static void NoteDirectory(PublicSettings open, Dictionary<string, string> fields)
    {
        const int Permissions = 0x1FF;
        if (UnixFile.Status(open.Directory) is not { IsDirectory: true } directory)
        {
            return;
        }

        if ((directory.Mode & Permissions) != (open.DirectoryMode & Permissions))
        {
            fields["mode"] = $"{fields["mode"]}, its directory {SwitchSpec.PrintMode(directory.Mode & Permissions)}";
        }

        if (GroupOf(directory, open.Group) is { } group && group != open.Group)
        {
            fields["group"] = $"{fields["group"]}, its directory {group}";
        }
    }

    // In the words it was asked for, while it is that one; none where none was asked for, for then any will do.
    static string? GroupOf(UnixFileStatus file, string? asked) =>
        asked is null || HostIds.Here.FileGroup(asked, out _) == file.Gid ? asked : HostIds.Here.GroupName(file.Gid) ?? "unknown";
}

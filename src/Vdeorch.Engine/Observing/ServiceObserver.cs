using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Services: the marked processes that run, and the notes of how those that do not run ended.</summary>
internal static class ServiceObserver
{
    /// <summary>The state of one whose network namespace is not the topology's any more.</summary>
    public const string Lost = "in a lost namespace";

    public static void Observe(RunDirectory run, string topology, Topology? applied, ImmutableArray<MarkedProcess> processes,
        ImmutableArray<Observed>.Builder objects, ImmutableDictionary<ResourceId, int>.Builder pids)
    {
        string prefix = $"{topology}/";
        Dictionary<string, ServiceSpec> specs = applied?.Services.ToDictionary(spec => spec.Id.Name) ?? [];
        HashSet<string> running = [];
        foreach (MarkedProcess process in processes.Where(process => process.Service?.StartsWith(prefix, StringComparison.Ordinal) == true))
        {
            Running(process.Service![prefix.Length..], process.Pid, process.Environment.GetValueOrDefault(Marks.ServiceRun) ?? "", Variables(process), process.Environment.ContainsKey(Marks.Daemon));
        }

        // Programs that wrote over their environment, and with it their marks.
        foreach ((string name, ServiceStart start) in ServiceStart.Living(run, topology).Where(note => !running.Contains(note.Service)))
        {
            Running(name, start.Pid, start.Run, start.Env, start.Config is not null);
        }

        foreach ((string name, ServiceExit exit) in ServiceExit.All(run, topology).Where(note => !running.Contains(note.Service)))
        {
            objects.Add(DaemonObserver.Complete(run, topology, exit.IsDaemon, Service(ServiceSpec.IdOf(name, exit.IsDaemon), exit.Run, exit.Env, State(exit), exit, specs.GetValueOrDefault(name)), specs.GetValueOrDefault(name)));
        }

        void Running(string name, int pid, string command, IReadOnlyDictionary<string, string> variables, bool isDaemon)
        {
            running.Add(name);
            ServiceSpec? spec = specs.GetValueOrDefault(name);
            ResourceId id = ServiceSpec.IdOf(name, isDaemon);
            pids[id] = pid;
            if (isDaemon && objects.Any(thing => thing.Id == id))
            {
                // Behind a tunnel, which is looked at as what the kernel makes.
                return;
            }

            objects.Add(DaemonObserver.Complete(run, topology, isDaemon, Service(id, command, variables, IsInPlace(run, topology, name, pid) ? "running" : Lost, null, spec), spec));
        }
    }

    // When somebody removed the pin, a service goes on in the old namespace, cut off from the new one of that name.
    static bool IsInPlace(RunDirectory run, string topology, string service, int pid)
    {
        using NetNamespace? pinned = NetNamespace.TryOpen(run.Pin(topology, service.Split('/')[0]));
        return ProcFs.Namespace(pid, "net") is not { } inside || inside == pinned?.Identity;
    }

    // What the process cannot tell, its restart policy, readiness and the like, is what the engine was told last.
    static Observed Service(ResourceId id, string command, IReadOnlyDictionary<string, string> variables, string? state, ServiceExit? exit, ServiceSpec? spec)
    {
        ImmutableSortedDictionary<string, string>.Builder fields = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        fields["run"] = command;
        if (state is not null)
        {
            fields["state"] = state;
        }

        foreach ((string key, string value) in variables)
        {
            fields[$"env.{key}"] = value;
        }

        foreach (Field field in spec?.Fields.Where(field => ServiceSpec.IsTold(field.Path)) ?? [])
        {
            fields[field.Path] = field.Value;
        }

        string name = id.Name;
        return new Observed(id, exit is null || exit.Code == 0 ? Health.Healthy : Health.Failed)
        {
            Fields = fields.ToImmutable(),
            Enumerated = ["env."],
            Reason = exit is null ? null : string.Create(CultureInfo.InvariantCulture, $"exited with {exit.Code} at {exit.At:u}{(string.IsNullOrEmpty(exit.Wrote) ? "" : $": {exit.Wrote}")}"),
            DependsOn = [new ResourceId(Kinds.Namespace, name.Split('/')[0]), new ResourceId(Kinds.Hooks, name.Split('/')[0]), .. spec?.StartsAfter ?? []],
        };
    }

    // One that has done its job is where it should be: no state, so no drift.
    static string? State(ServiceExit exit) =>
        exit.Code == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"exited ({exit.Code})");

    static Dictionary<string, string> Variables(MarkedProcess process) =>
        (process.Environment.GetValueOrDefault(Marks.ServiceEnv) ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Where(process.Environment.ContainsKey)
            .ToDictionary(key => key, key => process.Environment[key]);
}

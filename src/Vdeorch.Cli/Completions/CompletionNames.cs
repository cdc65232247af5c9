using Vdeorch.Cli.Inputs;
using Vdeorch.Engine.Hosting;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Cli.Completions;

/// <summary>The names a shell offers, from the run directory: at once, and with no engine.</summary>
static class CompletionNames
{
    public const string Topology = "topology";
    public const string Namespace = "namespace";
    public const string Service = "service";
    public const string Switch = "switch";
    public const string Target = "target";
    public const string TopologyOrTarget = "topology-or-target";

    // Cables have '=' in their names, at which shells break words.
    static readonly string[] s_targets = [Kinds.Switch, Kinds.Cloud, Kinds.Plug, Kinds.Namespace, Kinds.Interface, Kinds.Machine, Kinds.Card];

    public static IEnumerable<string> Of(string kind, RunDirectory run) => kind switch
    {
        Topology => RunFiles.Topologies(run),
        Namespace => RunFiles.Topologies(run).SelectMany(name => Namespaces(run, name)),
        Service => RunFiles.Topologies(run).SelectMany(name => Namespaces(run, name).Prepend(name).Concat(Services(run, name)).Concat(Machines(run, name))),
        Switch => RunFiles.Topologies(run).SelectMany(name => Switches(run, name)),
        Target => RunFiles.Topologies(run).SelectMany(name => Targets(run, name)),
        TopologyOrTarget => RunFiles.Topologies(run).SelectMany(name => Targets(run, name).Prepend(name)),
        _ => [],
    };

    static IEnumerable<string> Targets(RunDirectory run, string topology) =>
        RunFiles.Applied(run, topology) is { } applied
            ? applied.Resources.Select(it => it.Id).Where(id => s_targets.Contains(id.Kind)).Select(id => $"{topology}/{id.Name}").Distinct()
            : [];

    static IEnumerable<string> Namespaces(RunDirectory run, string topology) =>
        RunFiles.Applied(run, topology) is { } applied ? applied.Namespaces.Select(ns => $"{topology}/{ns.Name}") : [];

    static IEnumerable<string> Switches(RunDirectory run, string topology) =>
        RunFiles.Applied(run, topology) is { } applied ? applied.Machines.Where(machine => machine is { IsExternal: false, Console: true }).Select(machine => machine.Name).Concat(applied.Switches.Select(sw => sw.Name)).Select(name => $"{topology}/{name}").Distinct() : [];

    static IEnumerable<string> Machines(RunDirectory run, string topology) =>
        RunFiles.Applied(run, topology) is { } applied ? applied.Machines.Where(machine => !machine.IsExternal).Select(machine => $"{topology}/{machine.Name}") : [];

    static IEnumerable<string> Services(RunDirectory run, string topology) =>
        RunFiles.Applied(run, topology) is { } applied ? applied.Services.Select((ServiceSpec it) => $"{topology}/{it.Namespace}/{it.Name}") : [];
}

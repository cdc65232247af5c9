using System.Globalization;
using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Cli.Views;

/// <summary>Status for people: all topologies, a line each; or one, object by object.</summary>
/// <param name="now">For ages.</param>
/// <param name="wide">Counters and addresses too.</param>
sealed class StatusView(DateTimeOffset now, bool wide)
{
    static readonly string[] s_serviceHeadings = ["PID", "RESTARTS"];
    static readonly string[] s_fieldHeadings = ["FIELDS"];
    static readonly string[] s_byteHeadings = ["RX BYTES", "TX BYTES"];
    static readonly string[] s_linkHeadings = ["LINK"];
    static readonly string[] s_treeHeadings = ["SPANNING TREE"];

    public void WriteEngine(EngineStatus? engine, TextWriter into, Ink ink)
    {
        if (engine is null)
        {
            Line(into, ink, "engine", "none runs");
            return;
        }

        string rights = engine.IsRoot ? "as root" : "rootless";
        Line(into, ink, "engine", string.Create(CultureInfo.InvariantCulture,
            $"pid {engine.Pid}, {rights}, up {Words.Age(now - engine.StartedAt)}, {Words.Memory(engine.Memory)}, version {engine.Version}, in {engine.RunDirectory}"));
        if (!engine.Adopted.IsEmpty)
        {
            Line(into, ink, "adopted", string.Join(", ", engine.Adopted));
        }
    }

    public void WriteAll(StatusReport report, TextWriter into, Ink ink)
    {
        WriteEngine(report.Engine, into, ink);
        SayObserved(report.Engine, into, ink);
        if (report.Topologies.IsEmpty)
        {
            into.WriteLine("No topologies. 'vdeorch apply FILE' makes one.");
            return;
        }

        into.WriteLine();
        TextTable table = new("TOPOLOGY", "STATE", "OBJECTS", "DIFFERENCES", "RUNTIME", "APPLIED", "FILE");
        foreach (TopologyStatus topology in report.Topologies)
        {
            table.Add(topology.Name, State(topology), Number(topology.Objects.Length), Number(topology.Differences), Runtime(topology.Runtime), Ago(topology.AppliedAt), topology.File ?? "(not known)");
        }

        table.Write(into, ink);
    }

    public void WriteOne(EngineStatus? engine, TopologyStatus topology, TextWriter into, Ink ink)
    {
        WriteEngine(engine, into, ink);
        SayObserved(engine, into, ink);
        string applied = topology.AppliedAt is null ? "" : $", applied {Ago(topology.AppliedAt)} ago";
        string file = topology.File is null ? ", from a file that is not known any more" : $"{(applied.Length == 0 ? "," : "")} from {topology.File}";
        Line(into, ink, "topology", $"{topology.Name}, {State(topology).Text}{applied}{file}");
        Line(into, ink, "runtime", RuntimeInFull(topology.Runtime));
        foreach (string note in topology.Notes)
        {
            Line(into, ink, "note", note);
        }

        WriteObjects(topology, into, ink);
        WriteLeases(topology, into, ink);
        WriteSwitches(topology, into, ink);
    }

    void WriteObjects(TopologyStatus topology, TextWriter into, Ink ink)
    {
        if (topology.Objects.IsEmpty)
        {
            return;
        }

        into.WriteLine();
        bool hasServices = topology.Objects.Any(it => it.Pid is not null || it.Restarts is not null);
        TextTable table = new(["OBJECT", "STATE", "HEALTH", .. hasServices ? s_serviceHeadings : [], .. wide ? s_fieldHeadings : [], "REASON"]);
        foreach (ObjectStatus it in topology.Objects)
        {
            Cell[] service = hasServices ? [Number(it.Pid), Number(it.Restarts)] : [];
            Cell[] fields = wide ? [string.Join("  ", it.Fields.Where(field => field.Value.Length > 0).Select(field => $"{field.Key}={field.Value}"))] : [];
            table.AddWith(it.Drift.Select(Drift), [it.Id.ToString(), StateOf(it), HealthOf(it.Health), .. service, .. fields, it.Reason]);
        }

        table.Write(into, ink);
    }

    void WriteLeases(TopologyStatus topology, TextWriter into, Ink ink)
    {
        TextTable leases = new("FUNCTION", "ADDRESS", "MAC", "NAME", "UNTIL");
        foreach (ObjectStatus it in wide ? topology.Objects : [])
        {
            foreach (LeaseStatus lease in it.Leases ?? [])
            {
                // Names are what others on the network call themselves.
                leases.Add(it.Id.ToString(), lease.Address, lease.Mac, Ink.Harmless(lease.Name ?? ""), lease.Until is { } until ? Until(until) : "for ever");
            }
        }

        if (!leases.IsEmpty)
        {
            into.WriteLine();
            leases.Write(into, ink);
        }
    }

    string Until(DateTimeOffset until) => string.Create(CultureInfo.InvariantCulture, $"{until.UtcDateTime:u}{(until < now ? ", over" : $", {Words.Age(until - now)} more")}");

    void WriteSwitches(TopologyStatus topology, TextWriter into, Ink ink)
    {
        bool hasLinks = topology.Switches.Any(it => it.Ports.Any(port => port.LinkStates is not null || OutOfOrder.Impaired(port) is not null));
        bool hasTrees = topology.Switches.Any(it => it.Trees is not null);
        TextTable ports = new(["SWITCH", "PORT", "INTERFACE", "RX FRAMES", "TX FRAMES", "DROPPED", .. wide ? s_byteHeadings : [], .. hasLinks ? s_linkHeadings : [], .. hasTrees ? s_treeHeadings : []]);
        TextTable trees = new("SWITCH", "VLANS", "BRIDGE", "ROOT", "ROOT PORT", "COST");
        TextTable macs = new("SWITCH", "MAC", "INTERFACE", "LAST HEARD");
        foreach (SwitchStatus it in topology.Switches)
        {
            foreach (PortState port in it.Ports)
            {
                Cell[] bytes = wide ? [Number(port.RxBytes), Number(port.TxBytes)] : [];
                ports.Add([it.Name, Number(port.Number), NameOf(port), Number(port.RxFrames), Number(port.TxFrames), Number(port.Dropped), .. bytes, .. hasLinks ? LinkOf(port) : [], .. hasTrees ? RolesOf(port) : []]);
            }

            foreach (TreeRoot root in it.Trees ?? [])
            {
                trees.Add(it.Name, root.Vlans.ToString(), root.Bridge, root.RootPort == 0 ? "itself" : root.Root, RootPort(it, root), Number(root.Cost));
            }

            foreach (MacEntry mac in it.Macs)
            {
                macs.Add(it.Name, mac.Mac, mac.Port, $"{Words.Age(TimeSpan.FromMilliseconds(mac.AgeMs))} ago");
            }
        }

        foreach (TextTable table in new[] { ports, trees, macs }.Where(table => !table.IsEmpty && (wide || table != macs)))
        {
            into.WriteLine();
            table.Write(into, ink);
        }
    }

    static string RootPort(SwitchStatus sw, TreeRoot root) => root.RootPort == 0 ? ""
        : sw.Ports.FirstOrDefault(port => port.Number == root.RootPort) is { } port ? $"{Number(root.RootPort)} ({NameOf(port)})" : Number(root.RootPort);

    // Each way has a state of its own; the arrows are those of the file, from an interface or the first end of a cable.
    static Cell[] LinkOf(PortState port)
    {
        string? sent = LinkWord(port.Options.Impair?.Out, port.LinkStates?.Out), taken = LinkWord(port.Options.Impair?.In, port.LinkStates?.In);
        if ((sent, taken) is ("down", "down"))
        {
            return [new Cell("down", Colour.Attention)];
        }

        (string? forward, string? back) = port.Plug is not null && !port.Name.EndsWith('<') ? (sent, taken) : (taken, sent);
        return [string.Join(", ", new[] { forward is null ? null : $"-> {forward}", back is null ? null : $"<- {back}" }.OfType<string>())];
    }

    static string? LinkWord(Impairment? way, string? state) => OutOfOrder.IsDown(way, state) ? state is null ? "down" : $"{state} (down)" : state;

    // VLANs are said where it is not the same in all.
    static Cell[] RolesOf(PortState port)
    {
        PortRole[] roles = [.. port.Spanning ?? []];
        string text = string.Join("; ", roles.Select(role => $"{(roles.Length > 1 ? $"{role.Vlans}: " : "")}{Words.Role(role.Role)}, {Words.Status(role.Status)}"));
        return [new Cell(text, roles.Any(role => role.Status != SpanningStatus.Forwarding) ? Colour.Attention : Colour.Plain)];
    }

    // Who has joined a public switch says himself what he is.
    static string NameOf(PortState port) => port.Clients is { } clients
        ? string.Join(", ", clients.Select(client => $"{Ink.Harmless(client.Description)} ({Ink.Harmless(client.User)})"))
        : port.Name;

    static void SayObserved(EngineStatus? engine, TextWriter into, Ink ink)
    {
        if (engine is null)
        {
            Line(into, ink, "note", "observed without an engine: nothing is supervised until 'vdeorch apply' or 'vdeorch engine run' starts one");
        }
    }

    static Cell State(TopologyStatus topology)
    {
        if (topology.Busy is { } operation)
        {
            return new Cell($"busy: {operation}", Colour.Attention);
        }

        if (topology.Differences > 0)
        {
            return new Cell("differs", Colour.Attention);
        }

        Health worst = topology.Objects.Select(it => it.Health).Where(health => health != Health.Healthy).DefaultIfEmpty(Health.Healthy).Max();
        return HealthOf(worst);
    }

    static Cell StateOf(ObjectStatus it) => new(it.State, it.Drift.IsEmpty && it.State is not ("missing" or "back-off" or "drifted") ? Colour.Plain : Colour.Attention);

    static Cell HealthOf(Health health) => new(Words.Health(health), health switch
    {
        Health.Healthy => Colour.Good,
        Health.Failed or Health.Unhealthy => Colour.Bad,
        _ => Colour.Attention,
    });

    static string Drift(FieldChange change) => Ink.Harmless((change.Before, change.After) switch
    {
        (null, _) => $"{change.Path} is missing, was applied as {change.After}",
        (_, null) => $"{change.Path} is {change.Before}, was not applied",
        _ => $"{change.Path} is {change.Before}, was applied as {change.After}",
    });

    static string Runtime(RuntimeStatus? runtime) => runtime is null ? "none" : string.Create(CultureInfo.InvariantCulture, $"pid {runtime.Pid}");

    static string RuntimeInFull(RuntimeStatus? runtime) => runtime is null ? "none runs" : string.Create(CultureInfo.InvariantCulture,
        $"pid {runtime.Pid}, up {Words.Age(TimeSpan.FromMilliseconds(runtime.UptimeMs))}, {Words.Count(runtime.Workers, "worker")}, {Words.Count(runtime.Restarts, "restart")}, {Words.Memory(runtime.Memory)}{(runtime.Adopted ? ", adopted" : "")}");

    string Ago(DateTimeOffset? when) => when is { } then ? Words.Age(now - then) : "";

    static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    static void Line(TextWriter into, Ink ink, string label, string text) => into.WriteLine($"{ink.Bold(label)}{new string(' ', 10 - label.Length)}{Ink.Harmless(text)}");
}

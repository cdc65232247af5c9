using System.Collections.Immutable;
using System.Text.Json;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Capturing;
using Vdeorch.Plugs.Management;
using Vdeorch.Plugs.Public;
using Vdeorch.Plugs.Spanning;
using Vdeorch.Plugs.Taps;

namespace Vdeorch.Plugs.Runtime;

/// <summary>One request, one answer. On the control thread.</summary>
/// <param name="startedMs">On the clock of <see cref="Environment.TickCount64"/>.</param>
sealed class RequestHandler(string topology, DataPlane plane, PlugKeeper plugs, PublicSwitches publics, Consoles consoles, Captures captures, SpanningTrees trees, long startedMs)
{
    // What a reply has beside its list: names of members, switches aside.
    const int ReservedBytes = 4 * 1024;

    readonly StateRevision _revision = new(startedMs);

    /// <param name="descriptors">Of the request. Those that were made use of are taken out of the list; the rest is the caller's to close.</param>
    /// <param name="mayChange">False on the state socket.</param>
    public Answer Answer(ReadOnlySpan<byte> datagram, List<Fd> descriptors, bool mayChange)
    {
        if (RuntimeCodec.ReadRequest(datagram, out string error) is not { } request)
        {
            return Runtime.Answer.Refused(error);
        }
        if (!mayChange && request is { GetState: null, GetMacs: null, GetTrees: null, Capture: null })
        {
            return Runtime.Answer.Refused("this socket only answers getState, getMacs, getTrees and capture");
        }
        int wanted = request is { Capture: not null } or { OpenConsole: not null } ? 1 : request.AddPorts?.Length ?? 0;
        if (descriptors.Count != wanted)
        {
            return Runtime.Answer.Refused($"{descriptors.Count} descriptors came for {(request.Capture is not null ? "a capture, which has one" : request.OpenConsole is not null ? "one session" : $"{wanted} ports")}");
        }
        return request switch
        {
            { SetSwitch: { } settings } => Done(SetSwitch(settings)),
            { RemoveSwitch: { } name } => Done(RemoveSwitch(name)),
            { AddPorts: { } ports } => Done(AddPorts(ports, descriptors)),
            { Replug: { } ports } => Done(plane.Replug(ports)),
            { RemovePorts: { } names } => Done(plane.RemovePorts(names)),
            { SetPlugs: { } settings } => Done(plugs.Set(settings)),
            { RemovePlugs: { } names } => Done(plugs.Remove(names)),
            { OpenConsole: { } name } => Done(OpenConsole(name, descriptors)),
            { HandOver: { } names } => HandOver(names),
            { Capture: { } settings } => Done(StartCapture(settings, descriptors)),
            { GetState: { } from } => State(from, request.Known),
            { GetMacs: { } query } => Macs(query),
            { GetTrees: { } from } => Trees(from),
            _ => new Answer(new RuntimeReply(), [], Stop: true),
        };
    }

    string? SetSwitch(SwitchSettings settings)
    {
        SwitchSettings? before = plane.Switches.FirstOrDefault(known => known.Name == settings.Name);
        if (plane.SetSwitch(settings) is { } wrong)
        {
            return wrong;
        }
        string? refused = publics.Set(settings) ?? consoles.Set(settings);
        if (refused is not null)
        {
            // What was there was there a moment ago, and fits.
            _ = before is null ? RemoveSwitch(settings.Name) : plane.SetSwitch(before) ?? publics.Set(before);
        }
        return refused;
    }

    // Clients do not keep a switch: they are told that it has gone.
    string? RemoveSwitch(string name)
    {
        consoles.Close(name);
        publics.Close(name);
        return plane.RemoveSwitch(name);
    }

    string? AddPorts(ImmutableArray<PortSettings> ports, List<Fd> descriptors)
    {
        List<IPlug> plugs = [];
        foreach ((PortSettings settings, Fd descriptor) in ports.Zip(descriptors))
        {
            try
            {
                plugs.Add(new TapPlug(descriptor));
            }
            catch (LinuxException refused)
            {
                return $"port '{settings.Name}': {refused.Message}";
            }
        }
        string? wrong = plane.AddPorts(ports, plugs);
        if (wrong is null)
        {
            descriptors.Clear();
        }
        return wrong;
    }

    string? OpenConsole(string name, List<Fd> descriptors)
    {
        string? wrong = consoles.Attach(name, descriptors[0]);
        if (wrong is null)
        {
            descriptors.Clear();
        }
        return wrong;
    }

    string? StartCapture(CaptureSettings settings, List<Fd> descriptors)
    {
        string? wrong = captures.Start(settings, descriptors[0]);
        if (wrong is null)
        {
            descriptors.Clear();
        }
        return wrong;
    }

    Answer HandOver(ImmutableArray<string> names) =>
        plane.Descriptors(names, out string? error) is { } descriptors
            ? new Answer(new RuntimeReply(), descriptors, Stop: false)
            : Runtime.Answer.Refused(error!);

    Answer State(int from, string? known)
    {
        ImmutableArray<SwitchSettings> switches = [.. plane.Switches];
        ImmutableArray<PortState> ports = [.. publics.Describe(plugs.Describe(trees.Describe(plane.PortsInAnyOrder)))];
        string revision = _revision.Of(switches, ports, plugs.OpensLocators);
        if (revision == known)
        {
            return new Answer(new RuntimeReply { Revision = revision }, [], Stop: false);
        }
        int room = RuntimeRequest.MaxBytes - ReservedBytes - switches.Sum(settings => JsonSerializer.SerializeToUtf8Bytes(settings, RuntimeJson.Default.SwitchSettings).Length + 1);
        (ImmutableArray<PortState> page, int? next) = Page(ports.OrderBy(port => port.Name, Inventory.Names), from, room, port => JsonSerializer.SerializeToUtf8Bytes(port, RuntimeJson.Default.PortState).Length);
        RuntimeState state = new(Environment.ProcessId, topology, Environment.TickCount64 - startedMs, plane.Workers, switches, page) { OpensLocators = plugs.OpensLocators };
        return new Answer(new RuntimeReply { State = state, Revision = revision, Next = next }, [], Stop: false);
    }

    Answer Macs(MacTableQuery query)
    {
        if (plane.Macs(query.Switch) is not { } all)
        {
            return Runtime.Answer.Refused($"there is no switch '{query.Switch}'");
        }
        (ImmutableArray<MacEntry> page, int? next) =
            Page(all, query.From, RuntimeRequest.MaxBytes - ReservedBytes, entry => JsonSerializer.SerializeToUtf8Bytes(entry, RuntimeJson.Default.MacEntry).Length);
        return new Answer(new RuntimeReply { Macs = page, Next = next }, [], Stop: false);
    }

    Answer Trees(int from)
    {
        (ImmutableArray<TreeRoot> page, int? next) =
            Page(trees.Roots, from, RuntimeRequest.MaxBytes - ReservedBytes, root => JsonSerializer.SerializeToUtf8Bytes(root, RuntimeJson.Default.TreeRoot).Length);
        return new Answer(new RuntimeReply { Trees = page, Next = next }, [], Stop: false);
    }

    // As many as fit, at least one, so that asking on always comes to an end.
    static (ImmutableArray<T> Page, int? Next) Page<T>(IEnumerable<T> all, int from, int room, Func<T, int> bytesOf)
    {
        ImmutableArray<T>.Builder page = ImmutableArray.CreateBuilder<T>();
        foreach (T item in all.Skip(from))
        {
            room -= bytesOf(item) + 1;
            if (room < 0 && page.Count > 0)
            {
                return (page.ToImmutable(), from + page.Count);
            }
            page.Add(item);
        }
        return (page.ToImmutable(), null);
    }

    static Answer Done(string? error) => new(new RuntimeReply { Error = error }, [], Stop: false);
}

/// <param name="Descriptors">To send along; they stay the plane's.</param>
/// <param name="Stop">End once it is sent.</param>
readonly record struct Answer(RuntimeReply Reply, ImmutableArray<Fd> Descriptors, bool Stop)
{
    public static Answer Refused(string error) => new(new RuntimeReply { Error = error }, [], Stop: false);
}

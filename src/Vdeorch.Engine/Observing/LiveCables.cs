using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Engine.Observing;

/// <summary>Cables as they are: their ends by their plugs, or, of a wire between interfaces, by its name.</summary>
static class LiveCables
{
    /// <param name="known">As it was applied. Its ends are its name: one of that name has those.</param>
    /// <returns>Null of one whose plugs were lost and of which nothing else is known.</returns>
    public static CableSpec? Of(ResourceId id, WorldSnapshot world, CableSpec? known)
    {
        // The plug at the left end comes first, as '<' before '>'.
        PortState[] plugs = [.. (world.Runtime?.Ports ?? []).Where(port => port.Plug is not null && RuntimeNames.Plug(port.Plug.Name) == id).OrderBy(port => port.Name, StringComparer.Ordinal)];
        if ((known ?? Ends(id, plugs, world.Topology)) is not { } cable)
        {
            return null;
        }

        PortState? first = plugs.FirstOrDefault();
        return cable with
        {
            Vlans = plugs.Select(plug => plug.Options.Vlans).FirstOrDefault(vlans => vlans is not null),
            Spanning = plugs.Select(plug => plug.Options.Spanning).FirstOrDefault(spanning => spanning is not null),
            Impair = first is null ? cable.Impair : LinkImpairment.FromPort(first.Options.Impair, isFirst: !first.Name.EndsWith('<')),
        };
    }

    static CableSpec? Ends(ResourceId id, PortState[] plugs, string topology) => plugs switch
    {
        // A patch has a port at either end, which tell the same.
        [{ Plug: { Patch: { } other } patch }, ..] => Make(Segment(patch.Switch), Segment(other)),
        [{ Plug: { } left }, { Plug: { } right }] => Make(Locator(left), Locator(right)),
        [{ Plug: { } only }] when only.Name.EndsWith('<') => Make(Locator(only), Other(only, id)),
        [{ Plug: { } only }] => Make(Other(only, id), Locator(only)),
        _ => Wire(id, topology),
    } is { } cable ? cable with { Topology = topology, Number = Number(id, cable) } : null;

    static CableSpec? Wire(ResourceId id, string topology) =>
        id.Name.Split('#')[0].Split('=') is [var left, var right] && left.Contains('/', StringComparison.Ordinal) && right.Contains('/', StringComparison.Ordinal)
            ? new CableSpec(new CableEnd(null, null, left), new CableEnd(null, null, right)) { Topology = topology }
            : null;

    // A wire's other end is an interface, which its name tells.
    static CableEnd Other(PlugSettings plug, ResourceId id) => RuntimeNames.Segment(plug.Switch) is var segment && segment != id ? new CableEnd(segment, null, null)
        : new CableEnd(null, null, plug.Name.EndsWith('<') ? id.Name[(Locator(plug).ToString().Length + 1)..].Split('#')[0] : id.Name[..id.Name.IndexOf('=', StringComparison.Ordinal)]);

    static CableEnd Segment(string runtimeSwitch) => new(RuntimeNames.Segment(runtimeSwitch), null, null);

    static CableEnd Locator(PlugSettings plug) => new(null, UvdelParser.ParseStrict(plug.Uvdel ?? "", out _), null);

    static CableSpec Make(CableEnd left, CableEnd right) => new(left, right) { Topology = "" };

    static int Number(ResourceId id, CableSpec cable) =>
        Enumerable.Range(1, 4096).FirstOrDefault(number => (cable with { Number = number }).Id == id, 1);
}

using System.Net;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Netlink;

/// <summary>Changes links, addresses, routes, rules and queueing disciplines of the network namespace of the thread that opened it.</summary>
/// <remarks>Every refusal is a <see cref="LinuxException"/> whose subject names the interface and the value: <c>RTM_NEWADDR on 'eth0: 10.0.0.1/24': …</c>.</remarks>
public sealed class RouteWriter : IDisposable
{
    readonly NetlinkSocket _socket;

    RouteWriter(NetlinkSocket socket) => _socket = socket;

    public static RouteWriter Open() => new(NetlinkSocket.Open());

    /// <summary>One request for each value, in the order MAC, MTU, alias, state; what was set before a refusal stays set.</summary>
    public void SetLink(int index, LinkChange change)
    {
        if (change.Mac is { } mac)
        {
            string text = string.Join(':', mac.GetAddressBytes().Select(octet => octet.ToString("x2", System.Globalization.CultureInfo.InvariantCulture)));
            Do(RouteMessages.SetMac(index, mac.GetAddressBytes()), index, $"mac {text}");
        }

        if (change.Mtu is { } mtu)
        {
            Do(RouteMessages.SetMtu(index, mtu), index, $"mtu {mtu}");
        }

        if (change.Alias is { } alias)
        {
            Do(RouteMessages.SetAlias(index, alias), index, $"alias {alias}");
        }

        if (change.Up is { } up)
        {
            Do(RouteMessages.SetUp(index, up), index, up ? "up" : "down");
        }
    }

    /// <summary>Makes an interface that needs nothing but its name.</summary>
    /// <param name="kind">As ip-link(8) has it: <c>wireguard</c>, <c>bridge</c>.</param>
    /// <exception cref="LinuxException">EEXIST when there is one of that name, EOPNOTSUPP when the kernel does not know the kind.</exception>
    public void MakeLink(string name, string kind) => Do(RouteMessages.MakeLink(name, kind), 0, $"{name} type {kind}");

    /// <summary>One that is gone already is fine.</summary>
    public void DeleteLink(int index) => Do(RouteMessages.DeleteLink(index), index, "delete", fine: ENODEV);

    /// <summary>One that is there already is fine; its other properties are then left alone.</summary>
    public void AddAddress(int index, IPAddress address, int prefixLength) =>
        Do(RouteMessages.AddAddress(index, address, prefixLength), index, $"{address}/{prefixLength}", fine: EEXIST);

    /// <summary>The kernel takes it away when its time is over. One that is there already has this time from now on.</summary>
    /// <param name="seconds">At least 1. What is for ever has less: it is told by its having an end from what is not leased.</param>
    public void LeaseAddress(int index, IPAddress address, int prefixLength, uint seconds) =>
        Do(RouteMessages.LeaseAddress(index, address, prefixLength, Math.Min(seconds, uint.MaxValue - 1)), index, $"{address}/{prefixLength}");

    /// <summary>One that is gone already is fine.</summary>
    public void RemoveAddress(int index, IPAddress address, int prefixLength) =>
        Do(RouteMessages.RemoveAddress(index, address, prefixLength), index, $"{address}/{prefixLength}", fine: EADDRNOTAVAIL);

    /// <summary>Adds it, or replaces the one with the same destination and metric.</summary>
    public void AddRoute(RouteChange route) => Do(RouteMessages.AddRoute(route), route.OutputIndex, Text(route));

    /// <summary>One that is gone already is fine.</summary>
    public void RemoveRoute(RouteChange route) => Do(RouteMessages.RemoveRoute(route), route.OutputIndex, Text(route), fine: ESRCH);

    /// <summary>One that is there already is fine.</summary>
    public void AddRule(RuleInfo rule) => Do(PolicyMessages.AddRule(rule), 0, Text(rule), fine: EEXIST);

    /// <summary>One that is gone already is fine.</summary>
    /// <param name="rule">As it was read.</param>
    public void RemoveRule(RuleInfo rule) => Do(PolicyMessages.RemoveRule(rule), 0, Text(rule), fine: ENOENT);

    /// <summary>The kernel then gives the interface the one it gives every interface. One that is gone already is fine.</summary>
    public void RemoveQdisc(QdiscInfo qdisc) => Do(PolicyMessages.RemoveQdisc(qdisc), qdisc.Index, $"qdisc {qdisc.Kind}", fine: ENOENT);

    public void Dispose() => _socket.Dispose();

    void Do(MessageWriter request, int index, string value, int fine = 0)
    {
        (int error, string? detail) = _socket.Ask(request);
        if (error != 0 && error != fine)
        {
            throw new LinuxException(error, NameOf(request.Type), index == 0 ? value : $"{InterfaceName(index)}: {value}", detail);
        }
    }

    string InterfaceName(int index)
    {
        List<LinkInfo> found = [];
        _socket.Ask(RouteMessages.GetLink(index), body => RouteParser.Link(body, found));
        return found is [{ } link] ? link.Name : $"interface {index}";
    }

    static string NameOf(ushort type) => type switch
    {
        RouteAbi.NewLink => "RTM_NEWLINK",
        RouteAbi.SetLink => "RTM_SETLINK",
        RouteAbi.DelLink => "RTM_DELLINK",
        RouteAbi.NewAddr => "RTM_NEWADDR",
        RouteAbi.DelAddr => "RTM_DELADDR",
        RouteAbi.NewRoute => "RTM_NEWROUTE",
        RouteAbi.DelRoute => "RTM_DELROUTE",
        PolicyAbi.NewRule => "RTM_NEWRULE",
        PolicyAbi.DelRule => "RTM_DELRULE",
        PolicyAbi.DelQdisc => "RTM_DELQDISC",
        _ => $"rtnetlink {type}",
    };

    static string Text(RouteChange route) =>
        $"{route.Destination}{(route.Gateway is { } gateway ? $" via {gateway}" : "")}{(route.Metric > 0 ? $" metric {route.Metric}" : "")}{(route.Table == RouteAbi.TableMain ? "" : $" table {route.Table}")}";

    static string Text(RuleInfo rule) =>
        $"rule {rule.Priority}: from {rule.Source?.ToString() ?? "all"}{(rule.Destination is { } to ? $" to {to}" : "")} lookup {rule.Table}";
}

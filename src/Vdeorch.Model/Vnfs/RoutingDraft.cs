using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Scriban.Runtime;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>What a file says of routing, and the configuration of BIRD that it comes to.</summary>
/// <param name="RouterId">Null: the namespace's address.</param>
internal sealed record RoutingDraft(Located<IPAddress>? RouterId, OspfDraft? Ospf, BgpDraft? Bgp, bool Bfd) : VnfDraft("routing")
{
    const string ConfigName = "bird.conf";
    const string HealthName = "health";
    const string Socket = "/run/bird.ctl";

    static readonly VnfTemplate s_template = new("routing");
    static readonly VnfTemplate s_health = new("routing-health");

    public override IResourceSpec? Resolve(VnfScope scope)
    {
        IPAddress? id = Id(scope);
        bool passesOn = PassesOn(scope);
        OspfText? ospf = Ospf is null ? null : OspfText.Of(Ospf, scope);
        ImmutableArray<BgpSession>? sessions = Bgp is null ? [] : BgpSession.Of(Bgp, scope);
        if (id is null || !passesOn || (Ospf is not null && ospf is null) || sessions is not { } resolved)
        {
            return null;
        }

        string[] announced = [.. (Bgp?.Announce ?? []).Select(prefix => prefix.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        ScriptObject values = new()
        {
            ["router_id"] = id.ToString(),
            ["bfd"] = Bfd,
            ["families"] = VnfTemplate.List(new[] { (false, "0.0.0.0/0"), (true, "::/0") }.Select(family => Family(family.Item1, family.Item2, announced))),
            ["ospf"] = ospf?.Values(Bfd) ?? VnfTemplate.List([]),
            ["sessions"] = VnfTemplate.List(resolved.Select(session => session.Values(Bgp!, Bfd))),
        };
        return new ServiceSpec(scope.Namespace.Name, Kind, ["bird", "-f", "-c", $"{DaemonSpec.Config}/{ConfigName}", "-s", Socket])
        {
            // What it prints would be in its log.
            Ready = new ReadySpec(null, ["sh", "-c", $"birdc -r -s {Socket} show status >/dev/null"]),
            Health = new HealthSpec { Exec = ["sh", $"{DaemonSpec.Config}/{HealthName}"], Interval = TimeSpan.FromSeconds(5), StartPeriod = TimeSpan.FromSeconds(20) },
            Daemon = new DaemonSpec(RoutingKind.Bird.Package)
            {
                Parameters = VnfText.Parameters(
                    ("router-id", id.ToString()), ("bfd", VnfText.Of(Bfd)), ("ospf", ospf?.ToString()),
                    ("bgp", Bgp is null ? null : VnfText.Map(("as", Bgp.As.ToString(CultureInfo.InvariantCulture)), ("neighbors", resolved.IsEmpty ? null : BgpSession.Print(resolved)), ("announce", VnfText.List(announced)), ("hold", Durations.Print(Bgp.Hold))))),
                Files =
                [
                    new DaemonFile(ConfigName, s_template.Render(values), OnChange.Reload),
                    new DaemonFile(HealthName, s_health.Render(new ScriptObject { ["socket"] = Socket, ["sessions"] = values["sessions"] }), OnChange.Reload),
                ],
                ReloadSignal = DaemonSignals.Hup,
            },
        };
    }

    ScriptObject Family(bool isV6, string everything, string[] announced)
    {
        string[] own = [.. announced.Select(prefix => prefix == "default" ? "0.0.0.0/0" : prefix).Where(prefix => prefix.Contains(':', StringComparison.Ordinal) == isV6)];
        return new ScriptObject
        {
            ["name"] = isV6 ? "ipv6" : "ipv4",
            ["number"] = isV6 ? 6 : 4,
            ["announced"] = VnfTemplate.List(own),
            ["default"] = everything,
            ["tells_default"] = Ospf?.Default == true && !own.Contains(everything),
        };
    }

    IPAddress? Id(VnfScope scope)
    {
        if (RouterId is { } given)
        {
            if (given.Value.AddressFamily == AddressFamily.InterNetwork && !given.Value.Equals(IPAddress.Any))
            {
                return given.Value;
            }

            scope.Context.Report(DiagnosticCatalog.FamilyMixUp, given.At, $"{given.Value} is no router-id", "one is written as an IPv4 address is, and is not 0.0.0.0");
            return null;
        }

        if (scope.Namespace.MainAddress is { AddressFamily: AddressFamily.InterNetwork } first)
        {
            return first;
        }

        scope.Context.Report(DiagnosticCatalog.NoAddress, At, $"{scope.Namespace.Id} has no IPv4 address to be called by among routers", "give routing a router-id: 10.255.0.1, say");
        return null;
    }

    // Whoever learns routes for others has to pass packets on; who only wants to know says so.
    bool PassesOn(VnfScope scope)
    {
        if (!scope.IsFileGood || scope.IsRouter || scope.Namespace.Sysctls.ContainsKey(RouterKind.ForwardV4) || scope.Namespace.Sysctls.ContainsKey(RouterKind.ForwardV6))
        {
            return true;
        }

        scope.Context.Report(DiagnosticCatalog.VnfConflict, At, "routing learns ways for packets that its namespace does not pass on", "add router: {} beside it, or say that it is meant: sysctl: { net.ipv4.ip_forward: 0 }");
        return false;
    }
}

using System.Collections.Immutable;

namespace Vdeorch.Model.Vnfs;

/// <summary>Every network function there is.</summary>
internal static class VnfKinds
{
    public static readonly ImmutableArray<VnfKind> All =
    [
        new RouterKind(), new RoutingKind(), new NatKind(), new FirewallKind(), new ShaperKind(), new BridgeKind(), new WireguardKind(), new DnsKind(), new DhcpKind(), new TftpKind(), new NginxKind(), new ApacheKind(), new LoadBalancerKind(), new ProxyKind(),
    ];
}

using System.Collections.Immutable;

namespace Vdeorch.Model.Vnfs;

/// <summary>A program of the host that network functions are made of.</summary>
/// <param name="Name">As it is called.</param>
/// <param name="Package">What has it, in Debian.</param>
public sealed record VnfProgram(string Name, string Package)
{
    /// <summary>Puts packet filters in place.</summary>
    public static VnfProgram Nft { get; } = new("nft", "nftables");

    /// <summary>Makes bridges.</summary>
    public static VnfProgram Ip { get; } = new("ip", "iproute2");

    /// <summary>Tells interfaces of WireGuard's their keys and peers.</summary>
    public static VnfProgram Wg { get; } = new("wg", "wireguard-tools");

    /// <summary>Makes queues.</summary>
    public static VnfProgram Tc { get; } = new("tc", "iproute2");

    /// <summary>Every one there is, with the kinds that need it, in order of names.</summary>
    public static ImmutableArray<(VnfProgram Program, ImmutableArray<string> Kinds)> All =>
        [.. VnfKinds.All.Where(kind => kind.Program is not null).GroupBy(kind => kind.Program!).OrderBy(kinds => kinds.Key.Name, StringComparer.Ordinal).Select(kinds => (kinds.Key, kinds.Select(kind => kind.Name).Order(StringComparer.Ordinal).ToImmutableArray()))];
}

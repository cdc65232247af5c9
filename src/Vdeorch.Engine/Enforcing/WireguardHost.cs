using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Engine.Enforcing;

/// <summary>Who makes interfaces of WireGuard's.</summary>
public enum WireguardMaker
{
    /// <summary>Nobody can here.</summary>
    None,

    Kernel,

    /// <summary>wireguard-go, a program behind a tun interface.</summary>
    Program,
}

/// <summary>What this host has for WireGuard. Who makes an interface of it is all that is different: keys, peers, addresses and routes are told to both in the same way.</summary>
public static class WireguardHost
{
    /// <summary>Of the kernel's interfaces, in rtnetlink; its family in generic netlink is called the same, and so is its module.</summary>
    public const string Kind = "wireguard";

    public static VnfProgram Go { get; } = new("wireguard-go", "wireguard-go");

    public static WireguardMaker Maker => GenericFamily.IsThere(Kind) ? WireguardMaker.Kernel : Hosting.Programs.IsThere(Go.Name) ? WireguardMaker.Program : WireguardMaker.None;

    /// <summary>Why nobody can make them, and what would do.</summary>
    public const string Lack = "this kernel has no WireGuard (the module 'wireguard'), and what would do in its place is the program 'wireguard-go', which is not there: install the package 'wireguard-go'";
}

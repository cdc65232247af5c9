using System.Collections.Immutable;
using System.Net;

namespace Vdeorch.Linux.Slirp;

/// <summary>What a stack is made with: slirp_new(3)'s SlirpConfig, and what is forwarded.</summary>
public sealed record SlirpSettings
{
    public bool IsRestricted { get; init; }

    /// <summary>Null: no IPv4.</summary>
    public SlirpNetwork? V4 { get; init; }

    /// <summary>Null: no IPv6.</summary>
    public SlirpNetwork? V6 { get; init; }

    /// <summary>The first lease.</summary>
    public required IPAddress DhcpStart { get; init; }
    public required string HostName { get; init; }
    public string? TftpServerName { get; init; }
    public string? TftpPath { get; init; }
    public string? BootFile { get; init; }
    public ImmutableArray<string> DnsSearch { get; init; } = [];
    public string? DomainName { get; init; }

    /// <summary>0: libslirp's default.</summary>
    public int Mtu { get; init; }
    public int Mru { get; init; }
    public bool DisablesHostLoopback { get; init; }
    public ImmutableArray<SlirpForward> Forwards { get; init; } = [];
}

/// <param name="Host">Where the host is seen.</param>
/// <param name="NameServer">Where its resolver is.</param>
public sealed record SlirpNetwork(IPAddress Host, int PrefixLength, IPAddress NameServer);

public enum SlirpForwardKind
{
    Tcp,
    Udp,
    Unix,
    Command,
}

/// <summary>A port of the host for one of a guest; or a port of the network for a socket or a command of the host.</summary>
/// <param name="Text">As the user wrote it.</param>
/// <param name="Listen">Of the host; in the network for Unix and Command, where 0.0.0.0 is 10.0.2.4.</param>
/// <param name="Target">Of the guest; 0.0.0.0: the first lease. The path or the command else.</param>
public sealed record SlirpForward(SlirpForwardKind Kind, string Text, IPAddress Listen, int ListenPort, string Target, int TargetPort);

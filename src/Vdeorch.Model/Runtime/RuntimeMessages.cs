using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Runtime;

/// <summary>
/// What the engine says to a plug runtime, one JSON object in one datagram of the control socket (AF_UNIX, SOCK_SEQPACKET).
/// Exactly one of the members beside <see cref="Version"/> is set. Each request gets exactly one <see cref="RuntimeReply"/>, in order.
/// </summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record RuntimeRequest
{
    public const int CurrentVersion = 1;

    /// <summary>Bytes of one message, either way; longer lists are sent as several requests, and replies are paged by the asker.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>Descriptors in one message (the kernel's SCM_MAX_FD is 253) and ports in one <see cref="AddPorts"/> or <see cref="HandOver"/>.</summary>
    public const int MaxPorts = 128;

    public const int MaxSwitchPorts = 32_768;

    /// <summary>Always written; a request that lacks it is refused.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Creates the switch, or changes the one of that name live.</summary>
    public SwitchSettings? SetSwitch { get; init; }

    /// <summary>Its ports must be gone first.</summary>
    public string? RemoveSwitch { get; init; }

    /// <summary>The n-th port's tap is the n-th descriptor of the message; the runtime owns it from then on. A port of that name that is there already is replaced.</summary>
    public ImmutableArray<PortSettings>? AddPorts { get; init; }

    /// <summary>Moves ports that are there to another switch (or to none), or into other VLANs; descriptors untouched.</summary>
    public ImmutableArray<PortSettings>? Replug { get; init; }

    public ImmutableArray<string>? RemovePorts { get; init; }

    /// <summary>
    /// Plugs that the runtime opens itself and keeps open: one that cannot be opened, or whose other side goes away, is tried again with back-off.
    /// The reply does not wait for that; <see cref="PortState.Fault"/> tells. One of that name is changed.
    /// </summary>
    public ImmutableArray<PlugSettings>? SetPlugs { get; init; }

    public ImmutableArray<string>? RemovePlugs { get; init; }

    /// <summary>Asks for <see cref="RuntimeReply.State"/>: switches, and the ports from the given index on, sorted by name, as many as fit.</summary>
    public int? GetState { get; init; }

    /// <summary>Beside <see cref="GetState"/>: the <see cref="RuntimeReply.Revision"/> that the asker has the state of. When it is still that, the reply has no state. Only for runtimes that have told one.</summary>
    public string? Known { get; init; }

    /// <summary>Asks for the forwarding table of one switch, from an index on.</summary>
    public MacTableQuery? GetMacs { get; init; }

    /// <summary>Asks where the spanning trees of all switches lead: for <see cref="RuntimeReply.Trees"/>, from an index on.</summary>
    public int? GetTrees { get; init; }

    /// <summary>Makes the one descriptor of the message, a connected stream socket, a session of this switch's management console.</summary>
    public string? OpenConsole { get; init; }

    /// <summary>Asks for duplicates of the taps of these ports, in this order, as descriptors on the reply.</summary>
    public ImmutableArray<string>? HandOver { get; init; }

    /// <summary>
    /// Has frames copied to the socket that is the message's one descriptor, as <see cref="CaptureMessage"/>s, until its other end is shut down or closed.
    /// What finds no room there is not waited for.
    /// </summary>
    public CaptureSettings? Capture { get; init; }

    /// <summary>Asks the runtime to end itself; the reply comes first.</summary>
    public bool Stop { get; init; }
}

public sealed record RuntimeReply
{
    /// <summary>Null when the request was done; else what was wrong, and nothing was changed.</summary>
    public string? Error { get; init; }

    public RuntimeState? State { get; init; }

    /// <summary>Of the state: of two that this runtime gave one revision nothing differs but counters, what they count and the time. No other runtime gives the same.</summary>
    public string? Revision { get; init; }

    public ImmutableArray<MacEntry>? Macs { get; init; }

    /// <summary>By switch, and there by their first VLAN.</summary>
    public ImmutableArray<TreeRoot>? Trees { get; init; }

    /// <summary>Index to ask from next; null at the end. Ports or addresses that come or go between two pages may be missed or met twice.</summary>
    public int? Next { get; init; }
}

/// <param name="Ports">How many ports may be in it, from 1 to <see cref="RuntimeRequest.MaxSwitchPorts"/>.</param>
/// <param name="MacAgeMs">Milliseconds an address is remembered for, at least 1.</param>
/// <param name="Hub">Every frame goes to every other port; nothing is learned.</param>
public sealed record SwitchSettings(string Name, int Ports, long MacAgeMs, bool Hub)
{
    /// <summary>Where any VDE client may join it; null: nowhere.</summary>
    public PublicSettings? Public { get; init; }

    /// <summary>
    /// The VLANs it is said to have. With any, and with any port that was given <see cref="PortOptions.Vlans"/>, the switch is VLAN-aware; null and
    /// none such: it looks at no tag, as a Linux bridge without vlan_filtering. A hub never does.
    /// </summary>
    public VlanSet? Vlans { get; init; }

    /// <summary>Ports of which something was asked by their number, in that order, each once; absent: none.</summary>
    public ImmutableArray<NumberedPort> Numbered { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Where its management console listens; null: nowhere.</summary>
    public ConsoleSettings? Console { get; init; }

    /// <summary>Its own address, as <see cref="MacAddress"/> prints it; null: it has none, and needs none.</summary>
    public string? Mac { get; init; }

    /// <summary>Null: it has no spanning trees, and floods what switches say to each other about theirs.</summary>
    public StpSettings? Stp { get; init; }

    /// <summary>Null: no storm control.</summary>
    public StormSettings? Storm { get; init; }

    /// <summary>Null: no port mirrors others.</summary>
    public MirrorSettings? Mirror { get; init; }

    /// <summary>Of vde_switch: its minimum persistence.</summary>
    public const long PublicMoveAfterMs = 3_000;

    /// <summary>Milliseconds an address must have been silent for before it moves to another port; 0: it moves at once. An address that flaps stays where it was.</summary>
    public long MoveAfterMs { get; init; }
}

/// <param name="Directory">Absolute; made, and removed in the end.</param>
/// <param name="Mode">Of the control socket, and of the data sockets unless they are given to their clients.</param>
/// <param name="Group">Name or number; null: as the file system has it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PublicSettings(string Directory, int Mode, int DirectoryMode, string? Group)
{
    /// <summary>Of the data sockets of port 0.</summary>
    public int ManagementMode { get; init; } = SwitchModes.DefaultSocket;
}

/// <param name="Path">Absolute; of a socket that is made, and removed in the end.</param>
/// <param name="Mode">Of the socket: who may connect may change the switch.</param>
/// <param name="Group">Name or number; null: as the file system has it.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record ConsoleSettings(string Path, int Mode, string? Group)
{
    public const int DefaultMode = 0b110_000_000;
}

/// <param name="Name"><c>namespace/interface</c>.</param>
/// <param name="Switch">Null: received frames are counted and dropped.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PortSettings(string Name, string? Switch)
{
    public PortOptions Options { get; init => field = value ?? PortOptions.None; } = PortOptions.None;
}

/// <summary>Exactly one of <paramref name="Uvdel"/> and <paramref name="Patch"/>.</summary>
/// <param name="Name">Of its port; begins with <c>@</c>.</param>
/// <param name="Switch">What it is plugged into.</param>
/// <param name="Uvdel">The locator to open.</param>
/// <param name="Patch">Another switch that it leads to.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record PlugSettings(string Name, string Switch, string? Uvdel, string? Patch = null)
{
    /// <summary>A vxvdex network may be joined although its kernel module keeps nobody out: something else does, or nothing needs to.</summary>
    public bool MayBeUnenforced { get; init; }

    /// <summary>The topology does not mind if nothing keeps others out. Kept to be told again; nothing is decided by it.</summary>
    public bool IsUnenforcedAllowed { get; init; }

    /// <summary>Of its port; of a patch, the near one.</summary>
    public PortOptions Options { get; init => field = value ?? PortOptions.None; } = PortOptions.None;

    /// <summary>Of a patch, at its other end.</summary>
    public PortOptions PatchOptions { get; init => field = value ?? PortOptions.None; } = PortOptions.None;
}

public sealed record MacTableQuery(string Switch, int From);

/// <param name="Pid">Of the runtime.</param>
/// <param name="Uptime">Milliseconds since it started.</param>
public sealed record RuntimeState(int Pid, string Topology, long Uptime, int Workers, ImmutableArray<SwitchSettings> Switches, ImmutableArray<PortState> Ports)
{
    /// <summary>Whether it takes <see cref="RuntimeRequest.SetPlugs"/>.</summary>
    public bool OpensLocators { get; init; }
}

/// <param name="Number">The port's number in its switch, from 1; 0 when unplugged.</param>
/// <param name="RxFrames">Received from the port by the runtime. A super-frame of 64 KiB counts as one.</param>
/// <param name="RxBytes">Of Ethernet frames, without the virtio-net header.</param>
/// <param name="Dropped">Frames the plug did not take, that had no switch to go to, that were no Ethernet frame, or that the switch would not have: all of <see cref="Drops"/> but what a bad link loses.</param>
/// <param name="Fault">Why the port is out of service, until it is added again (its tap was deleted under it, say) or opened again; null when all is well.</param>
public sealed record PortState(string Name, string? Switch, int Number, long RxFrames, long RxBytes, long TxFrames, long TxBytes, long Dropped, string? Fault = null)
{
    public PortOptions Options { get; init => field = value ?? PortOptions.None; } = PortOptions.None;

    /// <summary>Null: none.</summary>
    public PortDrops? Drops { get; init; }

    /// <summary>Frames on their way, both ways, on a link that delays them or lets no more through; null where there is no such link.</summary>
    public int? Held { get; init; }

    /// <summary>Of an impaired link with states: the one it is in now, each way; null where it has none.</summary>
    public PortLinkStates? LinkStates { get; init; }

    /// <summary>Of a port that was set as a plug; null for a tap.</summary>
    public PlugSettings? Plug { get; init; }

    /// <summary>Of a port that clients have joined: who is on it. Its <see cref="Number"/> is 0 for the management port. Null for any other.</summary>
    public ImmutableArray<ClientState>? Clients { get; init; }

    /// <summary>Null where its switch has no spanning trees.</summary>
    public ImmutableArray<PortRole>? Spanning { get; init; }

    /// <returns>Whether nothing but what flows through it differs.</returns>
    public bool StandsAs(PortState other) => Still == other.Still && (Clients ?? []).SequenceEqual(other.Clients ?? []) && (Spanning ?? []).SequenceEqual(other.Spanning ?? []);

    // What is to be added that does not flow is compared without a word here.
    PortState Still => this with { RxFrames = 0, RxBytes = 0, TxFrames = 0, TxBytes = 0, Dropped = 0, Drops = null, Held = null, Clients = null, Spanning = null };
}

/// <summary>Names of the states that a link is in; null for a way without states.</summary>
/// <param name="Out">Of frames to what is plugged in.</param>
/// <param name="In">Of frames from there.</param>
public sealed record PortLinkStates(string? Out, string? In);

/// <summary>Frames of a port that got no further, by reason.</summary>
public sealed record PortDrops
{
    /// <summary>What is plugged in had no room for them.</summary>
    public long Full { get; init; }

    /// <summary>The port is plugged into nothing.</summary>
    public long Unplugged { get; init; }

    /// <summary>No Ethernet frames, or with a tag that is cut off.</summary>
    public long Malformed { get; init; }

    /// <summary>Of VLANs that the port is not in.</summary>
    public long Vlan { get; init; }

    /// <summary>A spanning tree keeps the port shut.</summary>
    public long Discarding { get; init; }

    /// <summary>Beyond what storm control lets in.</summary>
    public long Storm { get; init; }

    /// <summary>Sent by a port that mirrors others.</summary>
    public long Mirror { get; init; }

    /// <summary>Lost by an impairment, or on a link that was down.</summary>
    public long Lost { get; init; }

    /// <summary>Longer than an impaired link's MTU.</summary>
    public long TooLong { get; init; }

    /// <summary>For which the queue of an impaired link had no room.</summary>
    public long Congested { get; init; }
}

/// <param name="Description">What he says of himself.</param>
/// <param name="User">Owner of his data socket, by the host's name where he has one; or <see cref="UnknownUser"/>.</param>
public sealed record ClientState(string Description, string User)
{
    /// <summary>One of those whom the runtime's user namespace does not know from each other.</summary>
    public const string UnknownUser = "unknown user";
}

/// <param name="AgeMs">Milliseconds since the address was last heard.</param>
public sealed record MacEntry(string Mac, string Port, long AgeMs)
{
    /// <summary>Null where the switch is not VLAN-aware.</summary>
    public int? Vlan { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    AllowDuplicateProperties = false)]
[JsonSerializable(typeof(RuntimeRequest))]
[JsonSerializable(typeof(RuntimeReply))]
[JsonSerializable(typeof(PortState))]
[JsonSerializable(typeof(SwitchSettings))]
[JsonSerializable(typeof(MacEntry))]
[JsonSerializable(typeof(TreeRoot))]
public sealed partial class RuntimeJson : JsonSerializerContext;

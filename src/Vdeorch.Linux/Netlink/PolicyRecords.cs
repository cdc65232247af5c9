using System.Net;

namespace Vdeorch.Linux.Netlink;

/// <summary>A rule that says which packets look into which routing table.</summary>
/// <param name="Priority">The lowest is looked at first; the kernel's own have 0, 32766 and 32767.</param>
/// <param name="Source">Null: from anywhere.</param>
/// <param name="Destination">Null: to anywhere.</param>
/// <param name="Mark">0: any.</param>
/// <param name="Protocol">Who made it: 0 nobody said, 2 the kernel, 4 an administrator.</param>
public sealed record RuleInfo(bool IsV6, uint Priority, IPNetwork? Source, IPNetwork? Destination, uint Mark, uint Table, byte Protocol)
{
    /// <summary>It asks for nothing else of a packet, and leads to a table.</summary>
    public bool IsPlain { get; init; } = true;

    /// <summary>As the kernel tells it, which is how it is told from others when it is to go.</summary>
    internal ReadOnlyMemory<byte> Body { get; init; }
}

/// <summary>A queueing discipline that somebody put on an interface, at its root or where packets come in; not one that the kernel gives every interface.</summary>
/// <param name="Kind"><c>tbf</c>, <c>netem</c>, …</param>
public sealed record QdiscInfo(int Index, string Kind, uint Parent);

using System.Collections.Immutable;
using Vdeorch.Linux.Io;

namespace Vdeorch.Plugs.Runtime;

/// <summary>A connection to the control or the state socket. Owns it.</summary>
/// <param name="mayChange">Whether it came in on the control socket.</param>
sealed class ControlClient(SeqPacketSocket socket, ulong token, bool mayChange) : IDisposable
{
    public SeqPacketSocket Socket { get; } = socket;
    public ulong Token { get; } = token;
    public bool MayChange { get; } = mayChange;

    /// <summary>A reply its queue had no room for. No further request is read until it is out.</summary>
    public PendingReply? Pending { get; set; }

    public void Dispose() => Socket.Dispose();
}

/// <param name="DeadlineMs">When who does not read is dropped; on the clock of <see cref="Environment.TickCount64"/>.</param>
sealed record PendingReply(byte[] Bytes, ImmutableArray<Fd> Descriptors, long DeadlineMs);

using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs;

/// <summary>
/// One end of something that carries Ethernet frames: a tap, a VDE socket, a tunnel, a plug nested in a plug.
/// Never blocks, never throws for traffic, allocates nothing per frame.
/// </summary>
/// <remarks>
/// A new kind is one file with its <see cref="PlugKind"/> and one line in <see cref="PlugKinds"/>.
/// One worker receives; any number send at the same time. Disposing closes what the plug owns; the caller sees to it that nobody is inside.
/// </remarks>
public interface IPlug : IDisposable
{
    /// <summary>Level-triggered: readable while <see cref="Receive"/> would find a frame. The plug's own, for epoll alone.</summary>
    Fd Readiness { get; }

    /// <summary>Readable, or hung up, once the other side is gone for good; null for what has no such sign. A plug of several descriptors gives an epoll set for either.</summary>
    Fd? Liveness => null;

    /// <summary>Whether <see cref="Send"/> takes frames with checksums and segmentation left to be done, as taps do. To any other only plain frames are given.</summary>
    bool CarriesOffloads => false;

    /// <summary>Bytes it puts in front of a frame on <see cref="Send"/>, with those of the plug it is nested in; at most <see cref="FrameBatch.Headroom"/>.</summary>
    int Headroom { get; }

    /// <summary>Appends frames, with headers, until <paramref name="into"/> is full or none is waiting (EAGAIN).</summary>
    /// <returns>No frame and 0: what woke the caller is dealt with. Any other errno than EAGAIN means that nothing will ever come again: the plug is out of service.</returns>
    Transfer Receive(FrameBatch into);

    /// <summary>Sends these frames of the batch, in order, each once; what cannot be taken now is passed over, never kept.</summary>
    /// <param name="frames">Indices into <paramref name="batch"/>. The batch goes to other ports next: a plug that wraps in place unwraps again.</param>
    /// <returns>What was taken. The rest is the caller's to count as dropped.</returns>
    Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames);
}

/// <summary>What moved, and why no more.</summary>
/// <param name="Bytes">Of frames, without their virtio-net headers.</param>
/// <param name="Errno">0, or the last error met.</param>
public readonly record struct Transfer(int Frames, long Bytes, int Errno);

using System.Diagnostics;
using Vdeorch.Linux.Io;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.UnitTests.Plugs.Offloading;

/// <summary>Takes everything and remembers nothing.</summary>
sealed class NullPlug : IPlug
{
    public Fd Readiness => throw new UnreachableException();
    public int Headroom => 0;

    public Transfer Receive(FrameBatch into) => throw new UnreachableException();

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => new(frames.Length, 0, 0);

    public void Dispose()
    {
    }
}

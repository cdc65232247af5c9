using System.Diagnostics;
using Vdeorch.Linux.Io;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>A plug without a kernel: remembers what it was sent, and takes as many frames of a call as it is told to.</summary>
sealed class MemoryPlug : IPlug
{
    public List<byte[]> Sent { get; } = [];
    public int TakesAtMost { get; set; } = int.MaxValue;

    public Fd Readiness => throw new UnreachableException();
    public int Headroom => 0;

    public Transfer Receive(FrameBatch into) => throw new UnreachableException();

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        ReadOnlySpan<int> taken = frames[..Math.Min(frames.Length, TakesAtMost)];
        long bytes = 0;
        foreach (int frame in taken)
        {
            Sent.Add(batch.Frame(frame).ToArray());
            bytes += batch.Frame(frame).Length;
        }
        return new Transfer(taken.Length, bytes, 0);
    }

    public void Dispose()
    {
    }
}

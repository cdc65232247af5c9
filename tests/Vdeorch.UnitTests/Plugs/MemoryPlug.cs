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

    /// <summary>Never writable. While it is set, nothing is taken.</summary>
    public Fd? Full { get; set; }

    /// <summary>How often somebody waited for it.</summary>
    public int Waits { get; private set; }

    public Fd Readiness => throw new UnreachableException();
    public int Headroom => 0;

    public Transfer Receive(FrameBatch into) => throw new UnreachableException();

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        if (Full is { } full)
        {
            batch.Grace.TryWait(full);
            Waits += batch.Grace.IsUsedUp ? 1 : 0;
            return new Transfer(0, 0, Errnos.Again);
        }
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

using System.Diagnostics;
using Vdeorch.Linux.Io;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.UnitTests.Plugs.Wrappers;

/// <summary>What a wrapper is put around: remembers what it was sent, and gives what is to arrive.</summary>
sealed class WirePlug : IPlug
{
    public List<byte[]> Sent { get; } = [];
    public Queue<byte[]> Arriving { get; } = [];

    public Fd Readiness => throw new UnreachableException();
    public int Headroom => 0;
    public bool CarriesOffloads { get; init; }

    public Transfer Receive(FrameBatch into)
    {
        int frames = 0;
        while (into.HasRoom && Arriving.TryDequeue(out byte[]? frame))
        {
            into.AddPlain(frame);
            frames++;
        }
        return new Transfer(frames, 0, 0);
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        foreach (int frame in frames)
        {
            Sent.Add(batch.Frame(frame).ToArray());
        }
        return new Transfer(frames.Length, 0, 0);
    }

    public void Dispose()
    {
    }
}

static class Wrapped
{
    /// <summary>What the wrapper gives of these frames of its network, in order.</summary>
    public static byte[][] Receives(this IPlug plug, WirePlug wire, params IEnumerable<byte[]> arriving)
    {
        foreach (byte[] frame in arriving)
        {
            wire.Arriving.Enqueue(frame);
        }
        List<byte[]> received = [];
        while (wire.Arriving.Count > 0)
        {
            FrameBatch batch = new();
            plug.Receive(batch);
            received.AddRange(Enumerable.Range(0, batch.Count).Select(i => batch.Frame(i).ToArray()));
        }
        return [.. received];
    }

    /// <summary>What the wrapper sends into its network for this frame; null when nothing. The batch is as it was before.</summary>
    public static byte[]? Sends(this IPlug plug, WirePlug wire, byte[] frame)
    {
        FrameBatch batch = new();
        batch.AddPlain(frame);
        wire.Sent.Clear();

        plug.Send(batch, [0]);

        if (!batch.Frame(0).SequenceEqual(frame))
        {
            throw new UnreachableException("the next port would get another frame");
        }
        return wire.Sent.SingleOrDefault();
    }
}

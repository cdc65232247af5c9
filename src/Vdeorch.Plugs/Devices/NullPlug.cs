using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Devices;

/// <summary>Takes everything, as a wire that ends nowhere does, and gives nothing.</summary>
sealed class NullPlug : IPlug
{
    public static readonly PlugKind Kind = new("null", (_, _) => new NullPlug());

    readonly EventFd never = new();

    public Fd Readiness => never.Fd;

    public bool CarriesOffloads => true;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into) => new(0, 0, Errnos.Again);

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        long bytes = 0;
        foreach (int frame in frames)
        {
            bytes += batch.Frame(frame).Length;
        }
        return new Transfer(frames.Length, bytes, 0);
    }

    public void Dispose() => never.Dispose();
}

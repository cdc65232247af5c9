using System.Runtime.InteropServices;
using System.Text;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Capturing;

/// <summary>
/// Where a capture hears one port. Any worker may be in it, each with a buffer and a counter of its own: the kernel puts their messages one after the other.
/// </summary>
sealed class CaptureTap : IFrameTap
{
    readonly Capture capture;
    readonly Cell[] dropped;

    public CaptureTap(Capture capture, string port, int workers)
    {
        this.capture = capture;
        // Seen by people: the sign that keeps plugs apart from interfaces inside is no part of the name.
        Name = Encoding.UTF8.GetBytes(port.TrimStart('@'));
        dropped = new Cell[workers];
    }

    public byte[] Name { get; }

    /// <summary>Frames that found no room.</summary>
    public long Dropped
    {
        get
        {
            long total = 0;
            foreach (ref Cell cell in dropped.AsSpan())
            {
                total += Volatile.Read(ref cell.Frames);
            }
            return total;
        }
    }

    public void Copy(FrameBatch batch, ReadOnlySpan<int> frames, bool isOutward, long time, int worker)
    {
        Span<byte> buffer = capture.Buffer(worker);
        CaptureWriter message = new(buffer, Name, isOutward, time, capture.Settings.MaxBytes);
        foreach (int frame in frames)
        {
            if (!message.TryAdd(batch.Frame(frame)))
            {
                Send(buffer[..message.Bytes], message.Count, worker);
                message = new CaptureWriter(buffer, Name, isOutward, time, capture.Settings.MaxBytes);
                message.TryAdd(batch.Frame(frame));
            }
        }
        if (message.Count > 0)
        {
            Send(buffer[..message.Bytes], message.Count, worker);
        }
    }

    void Send(ReadOnlySpan<byte> message, int frames, int worker)
    {
        IoResult sent = UnixSocket.Send(capture.To, message);
        if (!sent.IsOk)
        {
            dropped[worker].Frames += frames;
        }
    }

    /// <summary>A cache line to itself.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 64)]
    struct Cell
    {
        public long Frames;
    }
}

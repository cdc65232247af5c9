using Vdeorch.Linux.Io;
using Vdeorch.Linux.Streams;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Streams;

/// <summary>Frames over a serial line: <c>vdesl:///dev/ttyUSB0[speed=115200]</c>.</summary>
/// <remarks>A line loses bytes. One that is silent within a frame has lost some, and what comes after the silence is taken for a new frame.</remarks>
sealed class SerialPlug : IPlug
{
    public static readonly PlugKind Kind = new("vdesl", Open);

    const long SilenceMs = 100;

    readonly StreamPlug stream;
    long heard = Environment.TickCount64;

    SerialPlug(StreamEnd reads, StreamEnd writes) => stream = new StreamPlug(reads, writes, FrameBatch.MaxPlainFrameBytes);

    public Fd Readiness => stream.Readiness;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into)
    {
        long now = Environment.TickCount64;
        if (stream.IsWithinFrame && now - heard > SilenceMs)
        {
            stream.Abort();
        }
        heard = now;
        return stream.Receive(into);
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => stream.Send(batch, frames);

    public void Dispose() => stream.Dispose();

    static SerialPlug Open(Uvdel uvdel, PlugOpening opening)
    {
        VdeslOptions options = VdeslOptions.From(uvdel);
        if (!VdeslScheme.Speeds.Contains(options.Speed))
        {
            throw new PlugException($"vdesl://: no line runs at '{uvdel.Find("speed")}'; known: {string.Join(", ", VdeslScheme.Speeds)}");
        }
        (StreamEnd reads, StreamEnd writes) = SerialPort.Open(uvdel.Argument, options.Speed);
        return new SerialPlug(reads, writes);
    }
}

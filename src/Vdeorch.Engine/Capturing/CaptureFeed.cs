using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Observing;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Capturing;

/// <summary>Frames of a runtime as they pass, straight from it: no engine is asked, and none is in the way. Owns its socket.</summary>
public sealed class CaptureFeed : IDisposable
{
    /// <summary>Of frames that the reader has not taken yet, as far as the host lets us.</summary>
    const int QueueBytes = 16 << 20;

    readonly Fd _near;

    CaptureFeed(Fd near) => _near = near;

    /// <summary>Readable when a message, or the end, waits.</summary>
    public Fd Readiness => _near;

    /// <returns>Null when no runtime answers.</returns>
    /// <exception cref="IOException">It refuses.</exception>
    public static CaptureFeed? TryOpen(RunDirectory run, string topology, CaptureSettings settings)
    {
        (Fd near, Fd far) = SeqPacketSocket.Pair(QueueBytes);
        using (far)
        {
            try
            {
                UnixSocket.SetSendBuffer(far, QueueBytes);
                using RuntimeClient client = new(run.StateSocket(topology));
                client.Ask(new RuntimeRequest { Capture = settings }, [far]);
                return new CaptureFeed(near);
            }
            catch (LinuxException)
            {
                near.Dispose();
                return null;
            }
            catch (RuntimeRefusedException refused)
            {
                near.Dispose();
                throw new IOException($"the plug runtime refuses the capture: {refused.Message}");
            }
        }
    }

    /// <summary>The next message. Never waits.</summary>
    /// <param name="into">At least <see cref="CaptureMessage.MaxBytes"/>.</param>
    /// <returns>0 bytes, or an error but EAGAIN: nothing comes any more.</returns>
    public IoResult TryRead(Span<byte> into) => SeqPacketSocket.TryRead(_near, into);

    /// <summary>Asks for the rest: what is on its way, how much was left out, and the end.</summary>
    public void Finish() => SeqPacketSocket.ShutDownSending(_near);

    public void Dispose() => _near.Dispose();
}

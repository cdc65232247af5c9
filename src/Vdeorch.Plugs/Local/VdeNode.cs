using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>A client of a <see cref="VdeServer"/>.</summary>
/// <param name="id">From 1, never given out again.</param>
/// <param name="number">Its place in the server: given out again after it has gone.</param>
/// <param name="data">Connected to the client's data socket.</param>
/// <param name="name">Of <paramref name="data"/>.</param>
/// <param name="owner">Of the client's data socket.</param>
/// <param name="control">The descriptor of its connection: what it is called by in VDE's management protocol.</param>
sealed class VdeNode(ulong id, int number, Fd data, SocketPath name, string description, uint owner, int control)
{
    readonly SharedFd shared = new(data);

    public ulong Id => id;

    public int Number => number;

    public uint Owner => owner;

    public int Control => control;

    /// <summary>Where its frames go to.</summary>
    public string Path => name.Path;

    public string Description => description;

    /// <summary>From any thread, at any time: from a node that has gone nothing comes (ENOTCONN).</summary>
    /// <param name="maxBytes">What is longer is cut to it.</param>
    public Transfer Receive(FrameBatch into, int maxBytes)
    {
        if (!shared.TryEnter())
        {
            return new Transfer(0, 0, Errnos.NotConnected);
        }
        Transfer received = Datagrams.ReceiveCut(data, into, maxBytes);
        shared.Leave();
        return received;
    }

    /// <summary>For the server's thread, while the node is one of <see cref="VdeServer.Nodes"/>.</summary>
    public Fd Data => data;

    /// <summary>From any thread, at any time: a node that has gone takes nothing.</summary>
    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
    {
        if (!shared.TryEnter())
        {
            return new Transfer(0, 0, Errnos.NotConnected);
        }
        Transfer sent = Datagrams.Send(data, batch, frames);
        shared.Leave();
        return sent;
    }

    /// <summary>Once. Threads that are sending to it finish first.</summary>
    public void Close()
    {
        name.Dispose();
        shared.GiveUp();
    }
}

using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Local;

/// <summary>A client of a <see cref="VdeServer"/>.</summary>
/// <param name="number">From 1; given out again after it has gone.</param>
/// <param name="data">Connected to the client's data socket.</param>
/// <param name="name">Of <paramref name="data"/>.</param>
sealed class VdeNode(int number, Fd data, SocketPath name, string description)
{
    readonly SharedFd shared = new(data);

    public int Number => number;

    public string Description => description;

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

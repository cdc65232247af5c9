using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Plugs.Local;

/// <summary>
/// The server's side of the VDE control protocol: a directory with a control socket, at which clients ask for a port, and a data socket for each of
/// them. What is particular to a kind of server is its policy's business. On the thread that calls <see cref="Serve"/>, without ever waiting for anybody:
/// 1. a client connects to D/ctl; until its request is complete it is nobody;
/// 2. what cannot become a request, or is refused, ends the connection; a good one gets a data socket, connected to the client's, and its address as the reply;
/// 3. the end of the connection, and nothing else, is the end of the client: it leaves <see cref="Nodes"/>, and its socket is removed.
/// </summary>
sealed class VdeServer : IDisposable
{
    const ulong ListenerToken = 0;
    const int Backlog = 128;
    const int MaxNodes = 16_384;

    /// <summary>Connections without a request; beyond it the oldest goes.</summary>
    const int MaxPending = 256;

    /// <summary>In one turn.</summary>
    const int MaxAccepts = 16;

    /// <summary>How often a client that has gone is still read from, so that what it said last is heard.</summary>
    const int MaxLastWords = 16;

    /// <summary>The same where another thread reads: for how long it is waited for.</summary>
    const long LastWordsMs = 10;

    readonly IVdePolicy policy;
    VdeServerSettings settings;
    readonly Epoll epoll = new();
    readonly Acceptor acceptor;
    readonly SocketPath listenerName;
    readonly Dictionary<ulong, VdeConnection> connections = [];
    readonly VdeNode[] readable = new VdeNode[64];
    ulong lastId;
    int pending;
    VdeNode[] nodes = [];

    VdeServer(VdeServerSettings settings, IVdePolicy policy, Acceptor acceptor, SocketPath listenerName)
    {
        (this.settings, this.policy, this.acceptor, this.listenerName) = (settings, policy, acceptor, listenerName);
        epoll.Add(acceptor.Listener, ListenerToken, Interest.Readable);
    }

    /// <summary>Readable while there is something to serve.</summary>
    public Fd Readiness => epoll.Fd;

    /// <summary>Those that are plugged in; never changed, replaced as a whole. For any thread.</summary>
    public VdeNode[] Nodes => Volatile.Read(ref nodes);

    public VdeServerSettings Settings => settings;

    /// <summary>Whether others still find it: its control socket has not been removed.</summary>
    public bool IsThere => listenerName.IsThere;

    /// <exception cref="LinuxException">EEXIST, EADDRINUSE, ENOTEMPTY: see <see cref="VdeDirectory.Make"/>.</exception>
    public static VdeServer Open(VdeServerSettings settings, IVdePolicy policy)
    {
        VdeDirectory.Make(settings);
        Acceptor? acceptor = null;
        SocketPath? name = null;
        try
        {
            Fd listener = UnixSocket.Open(UnixKind.Stream);
            acceptor = new Acceptor(listener);
            name = SocketPath.Bind(listener, VdeDirectory.Listener(settings), settings.Mode);
            UnixSocket.Listen(listener, Backlog);
            // Last, because from then on others may come in.
            VdeDirectory.SetRights(settings);
            return new VdeServer(settings, policy, acceptor, name);
        }
        catch
        {
            name?.Dispose();
            acceptor?.Dispose();
            _ = UnixFile.TryRemoveDirectory(settings.Directory);
            throw;
        }
    }

    /// <summary>Other permissions, and another group, for the same directory; whoever is in keeps the socket he has.</summary>
    /// <exception cref="LinuxException">Refused; some may have changed.</exception>
    public void SetRights(VdeServerSettings changed)
    {
        VdeDirectory.SetRights(changed);
        settings = changed;
    }

    /// <summary>Lets clients in and out, as far as they are waiting for it.</summary>
    /// <param name="any">Whether anything was waiting.</param>
    /// <returns>Those of whom there may be frames. Valid until the next call.</returns>
    public ReadOnlySpan<VdeNode> Serve(out bool any)
    {
        Span<Ready> ready = stackalloc Ready[readable.Length];
        ready = ready[..epoll.Wait(ready, 0)];
        any = ready.Length > 0;
        foreach (Ready one in ready)
        {
            if (one.Token == ListenerToken)
            {
                Accept();
            }
            else if (!IsData(one.Token) && connections.TryGetValue(IdOf(one.Token), out VdeConnection? connection))
            {
                Hear(connection);
            }
        }
        // Only now, when nobody who is in it can go before the caller has read.
        int count = 0;
        foreach (Ready one in ready)
        {
            if (IsData(one.Token) && connections.TryGetValue(IdOf(one.Token), out VdeConnection? connection))
            {
                readable[count++] = connection.Node!;
            }
        }
        return readable.AsSpan(0, count);
    }

    /// <summary>Sends a client away. One that has gone already is fine.</summary>
    public void Dismiss(VdeNode node)
    {
        if (connections.TryGetValue(node.Id, out VdeConnection? connection))
        {
            End(connection);
        }
    }

    /// <summary>The policy is not told of those who were in.</summary>
    public void Dispose()
    {
        listenerName.Dispose();
        foreach (VdeConnection connection in connections.Values)
        {
            connection.Node?.Close();
            connection.Control.Dispose();
        }
        acceptor.Dispose();
        epoll.Dispose();
        _ = UnixFile.TryRemoveDirectory(settings.Directory);
    }

    void Accept()
    {
        for (int i = 0; i < MaxAccepts && acceptor.TryAccept() is { } control; i++)
        {
            VdeConnection connection = new(++lastId, control);
            try
            {
                epoll.Add(control, ControlToken(connection.Id), Interest.Readable);
            }
            catch (LinuxException)
            {
                // The kernel has no room for one more.
                control.Dispose();
                continue;
            }
            connections.Add(connection.Id, connection);
            if (++pending > MaxPending)
            {
                End(connections.Values.Where(known => known.Node is null).MinBy(known => known.Id)!);
            }
        }
    }

    void Hear(VdeConnection connection)
    {
        IoResult received = UnixSocket.Receive(connection.Control, connection.Room);
        if (received.Errno == Errnos.Again)
        {
            return;
        }
        if (received.Count == 0)
        {
            if (!MayHaveMore(connection))
            {
                End(connection);
            }
            return;
        }
        // Whoever is in has nothing more to say here.
        if (connection.Node is null && !TryAdmit(connection, received.Count))
        {
            End(connection);
        }
    }

    /// <returns>False when the connection is of no use.</returns>
    bool TryAdmit(VdeConnection connection, int received)
    {
        ReadOnlySpan<byte> said = connection.Take(received);
        if (VdeRequest.TryRead(said) is not { } request)
        {
            return VdeRequest.MayGrow(said);
        }
        if (request.DataPath.Length == 0 || nodes.Length >= MaxNodes || connection.OwnerOf(request.DataPath) is not { } owner)
        {
            return false;
        }
        try
        {
            return TryAdmit(connection, request, owner);
        }
        catch (LinuxException)
        {
            // Of descriptors, or of the kernel's memory, there is no more.
            return false;
        }
    }

    bool TryAdmit(VdeConnection connection, VdeRequest request, uint owner)
    {
        Fd data = UnixSocket.Open(UnixKind.Datagram);
        VdeNode? node = null;
        int? place = null;
        try
        {
            // First of all connect: the client removes its name as soon as it has our answer.
            if (UnixSocket.TryConnect(data, request.DataPath) != 0 || (place = policy.TryPlace(request, HostIds.Here.Users.Outside(owner))) is not { } number)
            {
                return false;
            }
            string path = $"{settings.Directory}/{policy.NameOf(number, connection.Control, data)}";
            if (VdeDirectory.TryName(data, path, policy.RightsOf(request, settings, owner)) is not { } name)
            {
                return false;
            }
            node = new VdeNode(connection.Id, number, data, name, request.Description, owner, connection.Control.Number);
            UnixSocket.SetSendBuffer(data, Datagrams.SendBufferBytes);
            if (!policy.IsReadingItself)
            {
                epoll.Add(data, DataToken(connection.Id), Interest.Readable);
            }
            policy.Joined(node);
            connection.Node = node;
        }
        finally
        {
            if (connection.Node is null)
            {
                Undo(data, node, place);
            }
        }
        pending--;
        Volatile.Write(ref nodes, [.. nodes, node]);
        Span<byte> reply = stackalloc byte[VdeAddress.Bytes];
        VdeAddress.Write(node.Path, reply);
        return UnixSocket.Send(connection.Control, reply).Count == reply.Length;
    }

    void Undo(Fd data, VdeNode? node, int? place)
    {
        if (node is null)
        {
            data.Dispose();
        }
        node?.Close();
        if (place is { } number)
        {
            policy.Unplace(number);
        }
    }

    // Of the end of a connection we hear at once, of what came before it perhaps not yet.
    bool MayHaveMore(VdeConnection connection)
    {
        if (connection.Node is not { } node || !UnixSocket.WaitReadable(node.Data, TimeSpan.Zero))
        {
            return false;
        }
        if (!policy.IsReadingItself)
        {
            return ++connection.LastWords <= MaxLastWords;
        }
        long now = Environment.TickCount64;
        connection.EndsMs = connection.EndsMs == 0 ? now + LastWordsMs : connection.EndsMs;
        Thread.Yield();
        return now < connection.EndsMs;
    }

    void End(VdeConnection connection)
    {
        connections.Remove(connection.Id);
        epoll.Remove(connection.Control);
        connection.Control.Dispose();
        if (connection.Node is not { } node)
        {
            pending--;
            return;
        }
        Volatile.Write(ref nodes, [.. nodes.Where(other => other != node)]);
        epoll.Remove(node.Data);
        policy.Left(node);
        node.Close();
        policy.Unplace(node.Number);
    }

    static ulong ControlToken(ulong id) => id << 1;

    static ulong DataToken(ulong id) => id << 1 | 1;

    static bool IsData(ulong token) => (token & 1) != 0;

    static ulong IdOf(ulong token) => token >> 1;
}

using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Plugs.Local;

/// <param name="Directory">Absolute, without links.</param>
/// <param name="Mode">Of the control socket and the data sockets.</param>
/// <param name="Gid">Of all that is made; null: as the file system has it.</param>
sealed record VdeServerSettings(string Directory, int Mode, int DirectoryMode, uint? Gid);

/// <summary>
/// The server's side of the VDE control protocol: a directory with a control socket, at which clients ask for a port, and a data socket for each of
/// them. On the thread that calls <see cref="Serve"/>, without ever waiting for anybody:
/// 1. a client connects to D/ctl; until its request is complete it is nobody;
/// 2. what cannot become a request ends the connection, a good one gets a data socket D/fdF, connected to the client's, and its address as the reply;
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

    readonly VdeServerSettings settings;
    readonly Epoll epoll = new();
    readonly Acceptor acceptor;
    readonly SocketPath listenerName;
    readonly Dictionary<ulong, Connection> connections = [];
    readonly VdeNode[] readable = new VdeNode[64];
    ulong lastId;
    int pending;
    VdeNode[] nodes = [];

    VdeServer(VdeServerSettings settings, Acceptor acceptor, SocketPath listenerName)
    {
        (this.settings, this.acceptor, this.listenerName) = (settings, acceptor, listenerName);
        epoll.Add(acceptor.Listener, ListenerToken, Interest.Readable);
    }

    /// <summary>Readable while there is something to serve.</summary>
    public Fd Readiness => epoll.Fd;

    /// <summary>Those that are plugged in; never changed, replaced as a whole. For any thread.</summary>
    public VdeNode[] Nodes => Volatile.Read(ref nodes);

    /// <summary>Told, within <see cref="Serve"/>, that a node has gone and its number will be given out again.</summary>
    public Action<VdeNode>? Left { get; init; }

    /// <exception cref="LinuxException">EEXIST when the directory is there, unless a server that has been killed left it.</exception>
    public static VdeServer Open(VdeServerSettings settings, Action<VdeNode>? left = null)
    {
        string directory = settings.Directory;
        int error = UnixFile.TryMakeDirectory(directory, 0b111_000_000);
        if (error != 0 && !(error == Errnos.Exists && VdeDirectory.TryTakeOver(directory)))
        {
            throw new LinuxException(error, "mkdir", directory);
        }
        Acceptor? acceptor = null;
        SocketPath? name = null;
        try
        {
            Fd listener = UnixSocket.Open(UnixKind.Stream);
            acceptor = new Acceptor(listener);
            name = SocketPath.Bind(listener, $"{directory}/ctl", settings.Mode);
            VdeDirectory.SetGroup(name.Path, settings.Gid);
            VdeDirectory.SetGroup(directory, settings.Gid);
            UnixSocket.Listen(listener, Backlog);
            // Last, because from then on others may come in.
            error = UnixFile.TrySetMode(directory, settings.DirectoryMode);
            return error == 0 ? new VdeServer(settings, acceptor, name) { Left = left } : throw new LinuxException(error, "chmod", directory);
        }
        catch
        {
            name?.Dispose();
            acceptor?.Dispose();
            _ = UnixFile.TryRemoveDirectory(directory);
            throw;
        }
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
            else if (!IsData(one.Token) && connections.TryGetValue(IdOf(one.Token), out Connection? connection))
            {
                Hear(connection);
            }
        }
        // Only now, when nobody who is in it can go before the caller has read.
        int count = 0;
        foreach (Ready one in ready)
        {
            if (IsData(one.Token) && connections.TryGetValue(IdOf(one.Token), out Connection? connection))
            {
                readable[count++] = connection.Node!;
            }
        }
        return readable.AsSpan(0, count);
    }

    public void Dispose()
    {
        listenerName.Dispose();
        foreach (Connection connection in connections.Values)
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
            Connection connection = new(++lastId, control);
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

    void Hear(Connection connection)
    {
        IoResult received = UnixSocket.Receive(connection.Control, connection.Room);
        if (received.Errno == Errnos.Again)
        {
            return;
        }
        if (received.Count == 0)
        {
            if (connection.Node is null || ++connection.LastWords > MaxLastWords || !UnixSocket.WaitReadable(connection.Node.Data, TimeSpan.Zero))
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
    bool TryAdmit(Connection connection, int received)
    {
        ReadOnlySpan<byte> said = connection.Take(received);
        if (VdeRequest.TryRead(said) is not { } request)
        {
            return VdeRequest.MayGrow(said);
        }
        if (request.Type != VdeRequest.NewControl || request.DataPath.Length == 0 || nodes.Length >= MaxNodes || !Owns(connection.Control, request.DataPath))
        {
            return false;
        }
        try
        {
            return TryAdmit(connection, request);
        }
        catch (LinuxException)
        {
            // Of descriptors, or of the kernel's memory, there is no more.
            return false;
        }
    }

    bool TryAdmit(Connection connection, VdeRequest request)
    {
        Fd data = UnixSocket.Open(UnixKind.Datagram);
        string path = $"{settings.Directory}/fd{connection.Control.Number}";
        _ = UnixFile.TryUnlink(path);
        // First of all connect: the client removes its name as soon as it has our answer.
        if (UnixSocket.TryConnect(data, request.DataPath) != 0 || SocketPath.TryBind(data, path, settings.Mode, out _) is not { } name)
        {
            data.Dispose();
            return false;
        }
        VdeNode node = new(FreeNumber(), data, name, request.Description);
        try
        {
            UnixSocket.SetSendBuffer(data, Datagrams.SendBufferBytes);
            VdeDirectory.SetGroup(path, settings.Gid);
            epoll.Add(data, DataToken(connection.Id), Interest.Readable);
        }
        catch (LinuxException)
        {
            node.Close();
            throw;
        }
        connection.Node = node;
        pending--;
        Volatile.Write(ref nodes, [.. nodes, node]);
        Span<byte> reply = stackalloc byte[VdeAddress.Bytes];
        VdeAddress.Write(path, reply);
        return UnixSocket.Send(connection.Control, reply).Count == reply.Length;
    }

    void End(Connection connection)
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
        node.Close();
        Left?.Invoke(node);
    }

    int FreeNumber()
    {
        HashSet<int> taken = [.. nodes.Select(node => node.Number)];
        int number = 1;
        while (taken.Contains(number))
        {
            number++;
        }
        return number;
    }

    // Else a client could have us write frames into a socket that it could not write to itself.
    static bool Owns(Fd control, string path) =>
        UnixSocket.Peer(control) is { } peer && UnixFile.Status(path) is { IsSocket: true } file && (peer.Uid == 0 || peer.Uid == file.Uid);

    static ulong ControlToken(ulong id) => id << 1;

    static ulong DataToken(ulong id) => id << 1 | 1;

    static bool IsData(ulong token) => (token & 1) != 0;

    static ulong IdOf(ulong token) => token >> 1;

    /// <param name="id">From 1, never given out again.</param>
    sealed class Connection(ulong id, Fd control)
    {
        readonly byte[] said = new byte[VdeRequest.MaxBytes];
        int count;

        public ulong Id => id;
        public Fd Control => control;
        public VdeNode? Node { get; set; }
        public int LastWords { get; set; }

        /// <summary>Not empty: <see cref="VdeRequest.MayGrow"/> is over before it is full.</summary>
        public Span<byte> Room => Node is null ? said.AsSpan(count) : said;

        public ReadOnlySpan<byte> Take(int received)
        {
            count += received;
            return said.AsSpan(0, count);
        }
    }
}

/// <summary>The directory of a <see cref="VdeServer"/>.</summary>
static class VdeDirectory
{
    /// <summary>Whether it was left by a server of ours that had no time to remove it: its control socket is there, and nobody listens. Then it is emptied of sockets.</summary>
    public static bool TryTakeOver(string directory)
    {
        string listener = $"{directory}/ctl";
        if (UnixFile.Status(directory) is not { IsDirectory: true } there || there.Uid != Vdeorch.Linux.Credentials.Credentials.EffectiveUid
            || UnixFile.Status(listener) is null || !SocketPath.TryRemoveStale(listener, UnixKind.Stream))
        {
            return false;
        }
        foreach (string left in Directory.EnumerateFileSystemEntries(directory))
        {
            if (Path.GetFileName(left) is ['f', 'd', ..] or ['.', ..])
            {
                SocketPath.TryRemoveStale(left, UnixKind.Datagram);
            }
        }
        return true;
    }

    public static void SetGroup(string path, uint? gid)
    {
        if (gid is { } wanted && UnixFile.TrySetGroup(path, wanted) is not 0 and int error)
        {
            throw new LinuxException(error, "chown", path);
        }
    }
}

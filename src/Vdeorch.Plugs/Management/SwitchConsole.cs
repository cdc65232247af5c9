using System.Globalization;
using System.Text;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Local;
using Vdeorch.Plugs.Public;
using Vdeorch.Plugs.Runtime;

namespace Vdeorch.Plugs.Management;

/// <summary>
/// The management console of one switch: the socket it may listen at, and its sessions. For the control thread, which never waits for anybody:
/// 1. a session is greeted; 2. what one read brings is one command; 3. its reply is sent, and kept while there is no room; whoever leaves too much
/// unread is let go; 4. what happens at the switch is told to those who wish to know.
/// </summary>
sealed class SwitchConsole : IAttendant, IDisposable
{
    const ulong ListenerToken = 0;
    const ulong LookingToken = 1;
    const ulong FirstSessionToken = 2;
    const int Backlog = 16;
    const int MaxSessions = 128;

    /// <summary>How often addresses and trees are looked at while somebody wishes to hear of new ones.</summary>
    static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(250);

    readonly Epoll epoll = new();
    readonly ManagedSwitch managed;
    readonly Func<bool> shutDown;
    readonly Dictionary<ulong, ConsoleConnection> connections = [];
    readonly List<ConsoleSession> sessions = [];
    readonly long startedMs = Environment.TickCount64;
    ConsoleSettings? settings;
    Acceptor? acceptor;
    SocketPath? path;
    ulong lastToken = FirstSessionToken;
    TimerFd? looking;
    Dictionary<(string Mac, int Vlan), int> addresses = [];
    SpanningState? tree;

    /// <param name="shutDown">Ends the switch; false: that is not for the console.</param>
    public SwitchConsole(ManagedSwitch managed, Func<bool> shutDown) => (this.managed, this.shutDown) = (managed, shutDown);

    public Fd Readiness => epoll.Fd;

    public long UptimeSeconds => (Environment.TickCount64 - startedMs) / 1000;

    /// <summary>Whether those who look for its socket find it; true where it has none.</summary>
    public bool IsThere => path?.IsThere ?? true;

    /// <summary>Has it listen there, or nowhere. Sessions go on.</summary>
    /// <exception cref="LinuxException">EADDRINUSE: somebody listens there already. Then it listens where it did.</exception>
    /// <exception cref="PlugException">There is no such group.</exception>
    public void Listen(ConsoleSettings? wanted)
    {
        if (wanted is null && settings is null)
        {
            return;
        }
        // What group it would have of itself only a new socket tells.
        if (wanted is not null && wanted.Path == settings?.Path && acceptor is not null && IsThere && (wanted.Group is not null || settings.Group is null))
        {
            // Even if it is as before: somebody may have changed it.
            GiveTo(wanted);
            settings = wanted;
            return;
        }
        if (wanted?.Path == settings?.Path)
        {
            // Its socket would be in the way of the new one.
            Close();
        }
        (Acceptor, SocketPath)? opened = wanted is null ? null : Open(wanted);
        Close();
        (settings, acceptor, path) = (wanted, opened?.Item1, opened?.Item2);
        if (acceptor is not null)
        {
            epoll.Add(acceptor.Listener, ListenerToken, Interest.Readable);
        }
    }

    /// <summary>Makes a connected stream socket a session. It is ours from now on.</summary>
    public void Attach(Fd socket)
    {
        ulong token = ++lastToken;
        ConsoleConnection connection = new(socket, managed, this);
        try
        {
            epoll.Add(socket, token, Interest.Readable);
        }
        catch (LinuxException)
        {
            socket.Dispose();
            return;
        }
        connections.Add(token, connection);
        sessions.Add(connection.Session);
        connection.Session.Greet();
        Settle(token, connection);
    }

    /// <summary>A session of somebody who is served otherwise, and is not greeted.</summary>
    /// <param name="prompts">Whether replies end with a prompt.</param>
    public ConsoleSession Open(Action<string> write, bool prompts)
    {
        ConsoleSession session = new(managed, this, write, prompts);
        sessions.Add(session);
        return session;
    }

    public void Serve()
    {
        Span<Ready> ready = stackalloc Ready[16];
        foreach (Ready one in ready[..epoll.Wait(ready, 0)])
        {
            if (one.Token == ListenerToken)
            {
                Accept();
            }
            else if (one.Token == LookingToken)
            {
                looking?.TryClear();
                Look();
            }
            else if (connections.TryGetValue(one.Token, out ConsoleConnection? connection))
            {
                connection.Serve(one.Events);
                Settle(one.Token, connection);
            }
        }
    }

    public bool TryShutDown() => shutDown();

    /// <summary>Tells all sessions that wish to know.</summary>
    public void Tell(DebugCategory category, string text)
    {
        sessions.ForEach(session => session.Told(category, text));
        foreach ((ulong token, ConsoleConnection connection) in connections.Where(pair => pair.Value.HasUnsent || pair.Value.HasEnded).ToArray())
        {
            Settle(token, connection);
        }
    }

    /// <summary>Tells what has happened at a public port.</summary>
    public void Tell(PortEvent happened)
    {
        string port = string.Create(CultureInfo.InvariantCulture, $"{happened.Number:D2}");
        string endpoint = string.Create(CultureInfo.InvariantCulture, $"Port {port} FD {happened.Endpoint,2}");
        switch (happened.Kind)
        {
            case PortEventKind.Opened when !managed.IsKept(happened.Number):
                Tell(DebugMenu.PortOpened, port);
                break;
            case PortEventKind.Opened:
                break;
            case PortEventKind.Joined:
                Tell(DebugMenu.EndpointJoined, endpoint);
                Tell(DebugMenu.Described, $"{endpoint} -> \"{happened.Description}\"");
                break;
            case PortEventKind.Left:
                Tell(DebugMenu.EndpointLeft, endpoint);
                break;
            default:
                Tell(DebugMenu.PortClosed, port);
                break;
        }
    }

    /// <summary>Looks at addresses and trees while somebody wishes to hear of them, and only then: the frames' path knows nothing of it.</summary>
    public void FollowWishes()
    {
        bool isWished = sessions.Exists(session => DebugMenu.Looked.Any(session.Hears));
        if (isWished && looking is null)
        {
            (addresses, tree) = (Addresses(), managed.Tree);
            looking = new TimerFd(s_lookEvery);
            epoll.Add(looking.Fd, LookingToken, Interest.Readable);
        }
        else if (!isWished && looking is not null)
        {
            epoll.Remove(looking.Fd);
            looking.Dispose();
            looking = null;
        }
    }

    /// <summary>Tells what has come and gone since the last look, where anybody wishes to know.</summary>
    public void Look()
    {
        if (looking is null)
        {
            return;
        }
        Dictionary<(string Mac, int Vlan), int> now = Addresses();
        Tell(DebugMenu.Forgotten, addresses.Except(now));
        Tell(DebugMenu.Learned, now.Except(addresses));
        SpanningState? grown = managed.Tree;
        foreach ((DebugCategory category, string text) in TreeNews.Of(tree, grown))
        {
            Tell(category, text);
        }
        (addresses, tree) = (now, grown);
    }

    public void Dispose()
    {
        Close();
        foreach (ConsoleConnection connection in connections.Values)
        {
            connection.Dispose();
        }
        looking?.Dispose();
        epoll.Dispose();
    }

    // The VLAN is written as its two bytes lie in memory.
    void Tell(DebugCategory category, IEnumerable<KeyValuePair<(string Mac, int Vlan), int>> entries)
    {
        foreach (((string mac, int vlan), int port) in entries)
        {
            Tell(category, string.Create(CultureInfo.InvariantCulture, $"{mac} VLAN {vlan & 0xff:x2}:{vlan >> 8:x2} Port {port}"));
        }
    }

    Dictionary<(string, int), int> Addresses() => managed.Macs.ToDictionary(entry => (entry.Mac, entry.Vlan ?? 0), entry => managed.NumberOf(entry.Port));

    static (Acceptor, SocketPath) Open(ConsoleSettings wanted)
    {
        SocketPath.TryRemoveStale(wanted.Path, UnixKind.Stream);
        Acceptor opened = new(UnixSocket.Open(UnixKind.Stream));
        SocketPath? path = null;
        try
        {
            path = SocketPath.Bind(opened.Listener, wanted.Path, wanted.Mode);
            GiveTo(wanted);
            UnixSocket.Listen(opened.Listener, Backlog);
            return (opened, path);
        }
        catch
        {
            path?.Dispose();
            opened.Dispose();
            throw;
        }
    }

    static void GiveTo(ConsoleSettings wanted)
    {
        if (PublicSwitch.Gid(wanted.Group) is { } gid && UnixFile.TrySetGroup(wanted.Path, gid) is not 0 and int error)
        {
            throw new LinuxException(error, "chown", wanted.Path);
        }
        // bind is subject to the umask.
        if (UnixFile.TrySetMode(wanted.Path, wanted.Mode) is not 0 and int refused)
        {
            throw new LinuxException(refused, "chmod", wanted.Path);
        }
    }

    void Close()
    {
        if (acceptor is not null)
        {
            epoll.Remove(acceptor.Listener);
            path!.Dispose();
            acceptor.Dispose();
        }
        (settings, acceptor, path) = (null, null, null);
    }

    void Accept()
    {
        while (acceptor!.TryAccept() is { } caller)
        {
            if (connections.Count >= MaxSessions)
            {
                caller.Dispose();
                continue;
            }
            Attach(caller);
        }
    }

    // Waits for what it has to wait for, or lets it go.
    void Settle(ulong token, ConsoleConnection connection)
    {
        if (!connections.ContainsKey(token))
        {
            return;
        }
        if (!connection.HasEnded)
        {
            epoll.Modify(connection.Socket, token, connection.HasUnsent ? Interest.Writable : Interest.Readable);
            return;
        }
        connections.Remove(token);
        sessions.Remove(connection.Session);
        epoll.Remove(connection.Socket);
        connection.Dispose();
        FollowWishes();
    }
}

/// <summary>A session over a socket. Owns it.</summary>
sealed class ConsoleConnection : IDisposable
{
    /// <summary>Of one command, as vde_switch reads them.</summary>
    const int MaxCommandBytes = 128;

    /// <summary>Of replies that nobody reads.</summary>
    const int MaxUnsentBytes = 4 * 1024 * 1024;

    byte[] unsent = [];
    bool isGone;

    public ConsoleConnection(Fd socket, ManagedSwitch of, SwitchConsole console)
    {
        Socket = socket;
        Session = new ConsoleSession(of, console, Write, prompts: true);
    }

    public Fd Socket { get; }

    public ConsoleSession Session { get; }

    public bool HasUnsent => unsent.Length > 0;

    /// <summary>Nothing more is to be read, and nothing to be sent.</summary>
    public bool HasEnded => isGone || (Session.HasEnded && !HasUnsent);

    public void Serve(Interest events)
    {
        if (HasUnsent)
        {
            Flush(ReadOnlySpan<byte>.Empty);
            isGone |= (events & Interest.Failed) != 0;
            return;
        }
        Span<byte> command = stackalloc byte[MaxCommandBytes];
        IoResult received = UnixSocket.Receive(Socket, command);
        if (received is { IsOk: true, Count: > 0 })
        {
            Session.Run(Encoding.UTF8.GetString(command[..received.Count]));
        }
        else if (received.Errno != Errnos.Again)
        {
            isGone = true;
        }
    }

    public void Dispose() => Socket.Dispose();

    void Write(string text) => Flush(Encoding.UTF8.GetBytes(text));

    void Flush(ReadOnlySpan<byte> more)
    {
        byte[] all = [.. unsent, .. more];
        IoResult sent = isGone ? default : UnixSocket.Send(Socket, all);
        if (sent is { IsOk: false } && sent.Errno != Errnos.Again)
        {
            isGone = true;
        }
        unsent = isGone ? [] : all[(sent.IsOk ? sent.Count : 0)..];
        isGone |= unsent.Length > MaxUnsentBytes;
    }
}

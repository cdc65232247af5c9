using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Tmds.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Slirp;

/// <summary>
/// A network in user space (libslirp): gateway, DHCP and DNS for guests, and connections of ours in their place. The library belongs to one thread:
/// 1. it is asked which sockets it wants to wait for, and how long at most;
/// 2. poll(2), for those, for frames of the other end and for the end of it all;
/// 3. it is told which sockets are ready, gets the frames, and timers that are due run.
/// </summary>
/// <remarks>Frames come and go over a pair of sockets, so that those who use it neither wait for this thread nor run in it.</remarks>
public sealed unsafe class SlirpStack : IDisposable
{
    const int MaxFrameBytes = 65_536;
    const int FramesAtOnce = 64;
    const int SendBufferBytes = 1024 * 1024;

    readonly SlirpLibrary library = SlirpLibrary.Shared;
    readonly Fd inside;
    readonly EventFd stop = new();
    readonly Thread thread;
    readonly GCHandle self;
    readonly NativeArena arena = new();
    readonly byte* frame;
    readonly List<pollfd> waiting = [];
    readonly List<Timer?> timers = [];
    nint stack;

    /// <summary>Makes it, in the network namespace of the calling thread, and starts its thread.</summary>
    /// <exception cref="LibraryMissingException">No libslirp.</exception>
    /// <exception cref="LinuxException">It refuses: a forward, mostly, whose port is taken.</exception>
    public SlirpStack(SlirpSettings settings)
    {
        int* pair = stackalloc int[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
        {
            throw new LinuxException(errno, "socketpair", "slirp");
        }
        Frames = new Fd(pair[0]);
        inside = new Fd(pair[1]);
        foreach (Fd end in (ReadOnlySpan<Fd>)[Frames, inside])
        {
            int bytes = SendBufferBytes;
            _ = setsockopt(end.Number, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(int));
        }
        frame = (byte*)arena.Take(MaxFrameBytes);
        self = GCHandle.Alloc(this);
        thread = new Thread(Run) { Name = "slirp", IsBackground = true };
        try
        {
            Make(settings);
        }
        catch
        {
            Free();
            Frames.Dispose();
            throw;
        }
        thread.Start();
    }

    /// <summary>AF_UNIX, SOCK_SEQPACKET, a frame a packet. The user's to close.</summary>
    public Fd Frames { get; }

    public void Dispose()
    {
        stop.Raise();
        thread.Join();
        Free();
    }

    void Make(SlirpSettings settings)
    {
        SlirpAbi.Config* config = (SlirpAbi.Config*)arena.Take((nuint)sizeof(SlirpAbi.Config));
        config->Version = SlirpAbi.ConfigVersion;
        config->Restricted = settings.IsRestricted ? 1 : 0;
        if (settings.V4 is { } v4)
        {
            config->In4Enabled = 1;
            config->Host4 = Number(v4.Host);
            config->Mask4 = Number(Mask(v4.PrefixLength));
            config->Network4 = config->Host4 & config->Mask4;
            config->NameServer4 = Number(v4.NameServer);
            config->DhcpStart = Number(settings.DhcpStart);
        }
        if (settings.V6 is { } v6)
        {
            config->In6Enabled = 1;
            config->PrefixLength6 = (byte)v6.PrefixLength;
            Copy(v6.Host, &config->Host6);
            Copy(Network(v6.Host, v6.PrefixLength), &config->Prefix6);
            Copy(v6.NameServer, &config->NameServer6);
        }
        config->HostName = arena.Text(settings.HostName);
        config->TftpServerName = Text(settings.TftpServerName);
        config->TftpPath = Text(settings.TftpPath);
        config->BootFile = Text(settings.BootFile);
        config->DnsSearch = settings.DnsSearch.IsEmpty ? null : arena.Texts(settings.DnsSearch);
        config->DomainName = Text(settings.DomainName);
        config->Mtu = (nuint)settings.Mtu;
        config->Mru = (nuint)settings.Mru;
        config->DisableHostLoopback = settings.DisablesHostLoopback ? (byte)1 : (byte)0;

        // Ours, and there as long as the stack is.
        SlirpAbi.Callbacks* callbacks = (SlirpAbi.Callbacks*)arena.Take((nuint)sizeof(SlirpAbi.Callbacks));
        callbacks->SendPacket = &SendPacket;
        callbacks->GuestError = &GuestError;
        callbacks->ClockNanoseconds = &ClockNanoseconds;
        callbacks->TimerNew = &TimerNew;
        callbacks->TimerFree = &TimerFree;
        callbacks->TimerModify = &TimerModify;
        callbacks->RegisterPollFd = &PollFdChanged;
        callbacks->UnregisterPollFd = &PollFdChanged;
        callbacks->Notify = &Notify;
        stack = library.New(config, callbacks, GCHandle.ToIntPtr(self));
        if (stack == 0)
        {
            throw new LinuxException(EINVAL, "slirp_new", "slirp");
        }
        foreach (SlirpForward forward in settings.Forwards)
        {
            Add(forward);
        }
    }

    void Add(SlirpForward forward)
    {
        uint listen = Number(forward.Listen);
        Marshal.SetLastSystemError(0);
        int done = forward.Kind switch
        {
            SlirpForwardKind.Command => library.AddExec(stack, arena.Text(forward.Target), &listen, forward.ListenPort),
            SlirpForwardKind.Unix when library.AddUnix is null => -1,
            SlirpForwardKind.Unix => library.AddUnix(stack, arena.Text(forward.Target), &listen, forward.ListenPort),
            _ => library.AddHostForward(stack, forward.Kind == SlirpForwardKind.Udp ? 1 : 0, listen, forward.ListenPort, Number(IPAddress.Parse(forward.Target)), forward.TargetPort),
        };
        if (done < 0)
        {
            throw new LinuxException(Marshal.GetLastSystemError() is var error and not 0 ? error : EINVAL, $"forward {forward.Kind}".ToLowerInvariant(), forward.Text);
        }
    }

    void Run()
    {
        while (true)
        {
            uint timeout = uint.MaxValue;
            waiting.Clear();
            waiting.Add(new pollfd { fd = inside.Number, events = POLLIN });
            waiting.Add(new pollfd { fd = stop.Fd.Number, events = POLLIN });
            library.FillPoll(stack, &timeout, &AddPoll, GCHandle.ToIntPtr(self));
            int count;
            fixed (pollfd* first = CollectionsMarshal.AsSpan(waiting))
            {
                count = poll(first, (uint)waiting.Count, Soonest(timeout));
            }
            library.Poll(stack, count < 0 ? 1 : 0, &ReadyEvents, GCHandle.ToIntPtr(self));
            if (count > 0 && waiting[1].revents != 0)
            {
                return;
            }
            if (count > 0 && waiting[0].revents != 0 && !TakeFrames())
            {
                return;
            }
            RunTimers();
        }
    }

    /// <returns>False once the other end is closed.</returns>
    bool TakeFrames()
    {
        for (int i = 0; i < FramesAtOnce; i++)
        {
            nint bytes = (nint)recv(inside.Number, frame, MaxFrameBytes, MSG_DONTWAIT);
            if (bytes <= 0)
            {
                return bytes < 0 && (errno == EAGAIN || errno == EINTR);
            }
            library.Input(stack, frame, (int)bytes);
        }
        return true;
    }

    int Soonest(uint timeout)
    {
        long soonest = timeout == uint.MaxValue ? -1 : timeout;
        foreach (Timer? timer in timers)
        {
            if (timer is { DueMs: >= 0 })
            {
                long left = Math.Max(0, timer.DueMs - NowMs());
                soonest = soonest < 0 ? left : Math.Min(soonest, left);
            }
        }
        return (int)Math.Min(soonest, int.MaxValue);
    }

    void RunTimers()
    {
        long now = NowMs();
        for (int i = 0; i < timers.Count; i++)
        {
            if (timers[i] is { DueMs: >= 0 } timer && timer.DueMs <= now)
            {
                timer.DueMs = -1;
                ((delegate* unmanaged[Cdecl]<nint, void>)timer.Callback)(timer.Argument);
            }
        }
    }

    void Free()
    {
        if (stack != 0)
        {
            library.Cleanup(stack);
            stack = 0;
        }
        inside.Dispose();
        stop.Dispose();
        self.Free();
        arena.Dispose();
    }

    byte* Text(string? text) => text is null ? null : arena.Text(text);

    static long NowNanoseconds() => (long)(Stopwatch.GetTimestamp() * (1_000_000_000.0 / Stopwatch.Frequency));

    static long NowMs() => NowNanoseconds() / 1_000_000;

    static uint Number(IPAddress address) => MemoryMarshal.Read<uint>(address.MapToIPv4().GetAddressBytes());

    static IPAddress Mask(int prefixLength) => Network(IPAddress.Broadcast, prefixLength);

    static IPAddress Network(IPAddress address, int prefixLength)
    {
        byte[] bytes = address.GetAddressBytes();
        for (int bit = prefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }
        return new IPAddress(bytes);
    }

    static void Copy(IPAddress address, SlirpAbi.Address6* into) => address.TryWriteBytes(new Span<byte>(into, sizeof(SlirpAbi.Address6)), out _);

    static SlirpStack Of(nint opaque) => (SlirpStack)GCHandle.FromIntPtr(opaque).Target!;

    // What follows is called by the library, on its thread. Nothing may be thrown through it.

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static nint SendPacket(byte* bytes, nuint length, nint opaque)
    {
        // A full user loses frames; the guests' TCP slows down.
        _ = send(Of(opaque).inside.Number, bytes, (size_t)(ulong)length, MSG_DONTWAIT | MSG_NOSIGNAL);
        return (nint)length;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void GuestError(byte* message, nint opaque)
    {
        // Anybody on the network can cause these.
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static long ClockNanoseconds(nint opaque) => NowNanoseconds();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static nint TimerNew(nint callback, nint argument, nint opaque)
    {
        List<Timer?> timers = Of(opaque).timers;
        timers.Add(new Timer(callback, argument));
        return timers.Count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void TimerFree(nint timer, nint opaque) => Of(opaque).timers[(int)timer - 1] = null;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void TimerModify(nint timer, long dueMs, nint opaque)
    {
        if (Of(opaque).timers[(int)timer - 1] is { } known)
        {
            known.DueMs = dueMs;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void PollFdChanged(int fd, nint opaque)
    {
        // It is asked each time.
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static void Notify(nint opaque)
    {
        // Only its own thread ever calls into it.
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int AddPoll(int fd, int events, nint opaque)
    {
        List<pollfd> waiting = Of(opaque).waiting;
        int asked = ((events & SlirpAbi.PollIn) != 0 ? POLLIN : 0) | ((events & SlirpAbi.PollOut) != 0 ? POLLOUT : 0) | ((events & SlirpAbi.PollPriority) != 0 ? POLLPRI : 0);
        waiting.Add(new pollfd { fd = fd, events = (short)asked });
        return waiting.Count - 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    static int ReadyEvents(int index, nint opaque)
    {
        int seen = Of(opaque).waiting[index].revents;
        return ((seen & POLLIN) != 0 ? SlirpAbi.PollIn : 0) | ((seen & POLLOUT) != 0 ? SlirpAbi.PollOut : 0) | ((seen & POLLPRI) != 0 ? SlirpAbi.PollPriority : 0)
            | ((seen & POLLERR) != 0 ? SlirpAbi.PollError : 0) | ((seen & POLLHUP) != 0 ? SlirpAbi.PollHangUp : 0);
    }

    sealed class Timer(nint callback, nint argument)
    {
        public nint Callback { get; } = callback;
        public nint Argument { get; } = argument;

        /// <summary>-1: not set.</summary>
        public long DueMs { get; set; } = -1;
    }
}

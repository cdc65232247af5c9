using Vdeorch.Linux.Io;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Workers;

/// <summary>
/// One thread that serves its own ports, and sends to anybody's:
/// 1. park, and wait in epoll for readable ports;
/// 2. join the current wiring, which nobody takes apart until this worker has parked or joined a later one;
/// 3. of each readable port take one batch and forward it. Level-triggered, so a busy port waits its turn behind the others. A port that was not
///    readable the last time has most likely one frame: it is asked for that one, and not whether there is another before that one is on its way;
/// 4. where it went to a port of ours that is in the habit of answering at once, take the answer too.
/// </summary>
sealed class Worker : IDisposable
{
    const ulong StopToken = ulong.MaxValue;

    /// <summary>Set in the token of a port's <see cref="IPlug.Liveness"/>.</summary>
    const ulong LivenessBit = 1UL << 62;
    const long Parked = long.MaxValue;

    readonly Published<Wiring> published;
    readonly Action<Port> faulted;
    readonly int index;
    readonly Epoll epoll = new();
    readonly EventFd stop = new();
    readonly FrameBatch batch = new();
    readonly Forwarder forwarder;
    readonly Patience patience = new();
    readonly Thread thread;
    long joined = Parked;
    long turn;

    /// <summary>The port that frames went to last.</summary>
    Port? latest;

    /// <param name="faulted">Told, on this thread, that this port has gone out of service.</param>
    /// <param name="grace">As the forwarder's.</param>
    public Worker(int index, Published<Wiring> published, Action<Port> faulted, TimeSpan grace)
    {
        this.index = index;
        this.published = published;
        this.faulted = faulted;
        forwarder = new Forwarder(index, grace);
        epoll.Add(stop.Fd, StopToken, Interest.Readable);
        // Frames and forwarding need no depth.
        thread = new Thread(Run, maxStackSize: 256 * 1024) { Name = $"worker-{index}", IsBackground = true };
        thread.Start();
    }

    /// <summary>Frames of the port are served from now on, once the wiring has it at <paramref name="slot"/>.</summary>
    public void Watch(IPlug plug, int slot)
    {
        epoll.Add(plug.Readiness, (ulong)slot, Interest.Readable);
        if (plug.Liveness is { } liveness)
        {
            epoll.Add(liveness, (uint)slot | LivenessBit, Interest.Readable);
        }
    }

    public void Unwatch(IPlug plug)
    {
        epoll.Remove(plug.Readiness);
        if (plug.Liveness is { } liveness)
        {
            epoll.Remove(liveness);
        }
    }

    /// <summary>For a port that has another plug as yet, around or inside this one: both have the same sign of life, which stays watched.</summary>
    public void WatchBeside(IPlug plug, int slot) => epoll.Add(plug.Readiness, (ulong)slot, Interest.Readable);

    /// <summary>Where another plug of the port is watched beside it.</summary>
    public void UnwatchBeside(IPlug plug) => epoll.Remove(plug.Readiness);

    /// <summary>Whether no wiring older than this version is in use here, nor will be again.</summary>
    public bool HasLeft(long version) => Volatile.Read(ref joined) >= version;

    public void Dispose()
    {
        stop.Raise();
        thread.Join();
        stop.Dispose();
        epoll.Dispose();
    }

    void Run()
    {
        Span<Ready> ready = stackalloc Ready[64];
        ulong heard = StopToken;
        bool isConversation = false;
        while (true)
        {
            Volatile.Write(ref joined, Parked);
            int count = patience.Wait(epoll, ready, isConversation);
            isConversation = ready[0].Token != heard;
            heard = ready[0].Token;
            Wiring wiring = Join();
            long now = Environment.TickCount64;
            turn++;
            Port? asked = latest;
            latest = null;
            foreach (Ready port in ready[..count])
            {
                if (port.Token == StopToken)
                {
                    return;
                }
                // Null: it has been removed since, or is not wired yet.
                if (wiring.At(port.Token & ~LivenessBit) is not { } plugged)
                {
                    continue;
                }
                if ((port.Token & LivenessBit) != 0)
                {
                    TakeOutOfService(plugged.Port, Errnos.ConnectionReset);
                    continue;
                }
                if (plugged.Port == asked && asked.Worker == index)
                {
                    asked.Habits.Answered();
                }
                if (Serve(plugged, port.Events, now))
                {
                    TakeAnswer(wiring, now);
                }
            }
        }
    }

    Wiring Join()
    {
        while (true)
        {
            Wiring wiring = published.Current;
            // A full fence: whoever publishes another one after we looked again sees that we are in this one.
            Interlocked.Exchange(ref joined, wiring.Version);
            if (wiring == published.Current)
            {
                return wiring;
            }
        }
    }

    /// <returns>Whether there was a frame.</returns>
    bool Serve(PluggedPort plugged, Interest events, long now)
    {
        Port port = plugged.Port;
        batch.Clear(port.Habits.FramesWanted(turn));
        Transfer received = port.Plug.Receive(batch);
        if (received.Frames > 0)
        {
            if (port.Taps is { } taps)
            {
                FrameTaps.Copy(taps, batch, Offloads.All(batch), isOutward: false, index);
            }
            if (!port.Plug.CarriesOffloads)
            {
                Offloads.Coalesce(batch, 0);
            }
            ref PortCounters counters = ref port.Counters(index);
            counters.RxFrames += received.Frames;
            counters.RxBytes += received.Bytes;
            latest = forwarder.Forward(batch, plugged, now);
            return true;
        }
        // Nothing was waiting, so reading does not clear this error: it would wake us for ever.
        bool failed = received.Errno == Errnos.Again ? (events & Interest.Failed) != 0 : received.Errno != 0;
        if (failed)
        {
            TakeOutOfService(port, received.Errno == Errnos.Again ? Errnos.Io : received.Errno);
        }
        return false;
    }

    void TakeAnswer(Wiring wiring, long now)
    {
        if (latest is { Habits.Answers: true } answering && answering.Worker == index
            && wiring.At((ulong)answering.Slot) is { } plugged && plugged.Port == answering && !Serve(plugged, Interest.None, now))
        {
            answering.Habits.DidNotAnswer();
        }
    }

    void TakeOutOfService(Port port, int errno)
    {
        if (port.Fault == 0)
        {
            port.Fault = errno;
            Unwatch(port.Plug);
            faulted(port);
        }
    }
}

/// <summary>A value that one thread replaces and others read, each time whole.</summary>
sealed class Published<T>(T first)
    where T : class
{
    T current = first;

    public T Current => Volatile.Read(ref current);

    /// <summary>With a full fence: reads after it see what was read by whoever still has the old one.</summary>
    public void Publish(T next) => Interlocked.Exchange(ref current, next);
}

using System.Collections.Immutable;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Engine.Observing;

/// <summary>The engine's end of the runtime's protocol: over the control socket anything, over the state socket questions only.</summary>
internal sealed class RuntimeClient : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    readonly SeqPacketSocket _socket;
    readonly byte[] _buffer = new byte[RuntimeRequest.MaxBytes];

    /// <exception cref="Linux.LinuxException">Nobody listens there.</exception>
    public RuntimeClient(string socket)
        : this(socket, s_patience)
    {
    }

    /// <param name="patience">How long each answer may take, and to be connected.</param>
    /// <exception cref="Linux.LinuxException">Nobody listens there.</exception>
    public RuntimeClient(string socket, TimeSpan patience) => _socket = SeqPacketSocket.Connect(socket, patience);

    /// <summary>One request, one reply.</summary>
    /// <param name="pass">Descriptors that go along; they stay the caller's.</param>
    /// <param name="received">Filled with the descriptors of the reply; they are the caller's.</param>
    /// <exception cref="RuntimeRefusedException">The runtime said no, and changed nothing.</exception>
    /// <exception cref="Linux.LinuxException">It is gone, or did not answer in time, which is 5 s unless another was given.</exception>
    public RuntimeReply Ask(RuntimeRequest request, IReadOnlyList<Fd>? pass = null, List<Fd>? received = null)
    {
        _socket.Send(RuntimeCodec.Write(request), pass ?? []);
        int length = _socket.Receive(_buffer, received ?? []);
        if (length == 0)
        {
            throw new Linux.LinuxException(Errno.ConnectionReset, "recvmsg", "the plug runtime's socket");
        }

        RuntimeReply reply = RuntimeCodec.ReadReply(_buffer.AsSpan(0, length), out string malformed) ?? throw new RuntimeRefusedException(malformed);
        return reply.Error is { } error ? throw new RuntimeRefusedException(error) : reply;
    }

    /// <summary>Comes back when it has answered anything.</summary>
    /// <exception cref="Linux.LinuxException">It is gone, or did not answer in time.</exception>
    public void Hello()
    {
        try
        {
            // Of the trees from the last possible on there are none: the shortest of all answers.
            Ask(new RuntimeRequest { GetTrees = int.MaxValue });
        }
        catch (RuntimeRefusedException)
        {
            // That is an answer.
        }
    }

    public RuntimeState State() => State(known: null).State;

    /// <param name="known">What it told before, or a predecessor of it; null: nothing.</param>
    /// <returns>The very same while nothing stands otherwise: then its counters and its uptime are those of then.</returns>
    public ToldState State(ToldState? known)
    {
        RuntimeReply first = Ask(new RuntimeRequest { GetState = 0, Known = known?.Revision });
        if (first.State is null && known is not null && first.Revision == known.Revision)
        {
            return known;
        }

        ToldState told = new(first.State!, first.Revision);
        int? from = first.Next;
        while (from is { } start)
        {
            RuntimeReply page = Ask(new RuntimeRequest { GetState = start });
            // What has changed between two pages is a state that there never was.
            told = new ToldState(told.State with { Ports = told.State.Ports.AddRange(page.State!.Ports) }, page.Revision == told.Revision ? told.Revision : null);
            from = page.Next;
        }

        return told;
    }

    public ImmutableArray<MacEntry> Macs(string sw)
    {
        ImmutableArray<MacEntry>.Builder macs = ImmutableArray.CreateBuilder<MacEntry>();
        int? from = 0;
        while (from is { } start)
        {
            RuntimeReply page = Ask(new RuntimeRequest { GetMacs = new MacTableQuery(sw, start) });
            macs.AddRange(page.Macs ?? []);
            from = page.Next;
        }

        return macs.ToImmutable();
    }

    /// <summary>Where spanning trees lead, of all switches.</summary>
    public ImmutableArray<TreeRoot> Trees()
    {
        ImmutableArray<TreeRoot>.Builder trees = ImmutableArray.CreateBuilder<TreeRoot>();
        int? from = 0;
        while (from is { } start)
        {
            RuntimeReply page = Ask(new RuntimeRequest { GetTrees = start });
            trees.AddRange(page.Trees ?? []);
            from = page.Next;
        }

        return trees.ToImmutable();
    }

    public void Dispose() => _socket.Dispose();
}

/// <param name="Revision">Null: it cannot be asked again whether it is still so.</param>
internal sealed record ToldState(RuntimeState State, string? Revision);

/// <summary>The runtime answered with an error; nothing was changed.</summary>
internal sealed class RuntimeRefusedException(string message) : Exception(message);

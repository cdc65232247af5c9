using System.Buffers;
using System.Runtime.InteropServices;
using Vdeorch.Linux.Io;
using static Tmds.Linux.LibC;

namespace Vdeorch.Linux.Netlink;

/// <summary>One netlink socket, of rtnetlink mostly: requests that are acknowledged, and dumps. Belongs to the network namespace of the thread that opened it; one user at a time.</summary>
/// <remarks>netlink(7), rtnetlink(7). The kernel answers while it is asked, so nothing here waits.</remarks>
internal sealed unsafe class NetlinkSocket : IDisposable
{
    // The kernel fills at most 32 KiB of a dump at once.
    const int BufferBytes = 64 * 1024;
    const int DumpAttempts = 64;

    readonly Fd _socket;
    readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    uint _sequence;

    NetlinkSocket(Fd socket) => _socket = socket;

    public delegate void Parse<T>(ReadOnlySpan<byte> body, List<T> into);

    /// <summary>Stays this object's.</summary>
    public Fd Fd => _socket;

    /// <param name="family">Whose messages: NETLINK_ROUTE, or another of the kernel's.</param>
    public static NetlinkSocket Open(int family = RouteAbi.NetlinkRoute)
    {
        int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, family);
        if (fd < 0)
        {
            throw new LinuxException(errno, "socket", family == RouteAbi.NetlinkRoute ? "rtnetlink" : "netlink");
        }

        // Each only sharpens what the kernel tells; an old one without is as good.
        int on = 1;
        foreach (int option in (ReadOnlySpan<int>)[RouteAbi.StrictCheck, RouteAbi.ExtAck, RouteAbi.CapAck])
        {
            _ = setsockopt(fd, RouteAbi.SolNetlink, option, &on, sizeof(int));
        }

        return new NetlinkSocket(new Fd(fd));
    }

    /// <summary>Everything the kernel has of a kind. A dump the world changed under is asked for again.</summary>
    /// <param name="answer">The type of the messages wanted.</param>
    public List<T> Dump<T>(MessageWriter request, ushort answer, Parse<T> parse, string subject)
    {
        List<T> found = [];
        for (int attempt = 0; attempt < DumpAttempts; attempt++)
        {
            found.Clear();
            if (TryDump(request, answer, parse, subject, found))
            {
                return found;
            }
        }

        throw new LinuxException(EAGAIN, "rtnetlink dump", subject, $"it changed {DumpAttempts} times while it was read");
    }

    /// <summary>Sends a request and waits for the answer to it.</summary>
    /// <param name="answer">Gets the body of a message that comes before the acknowledgement.</param>
    /// <returns>0, or the error, with what the kernel said about it.</returns>
    public (int Errno, string? Detail) Ask(MessageWriter request, Action<ReadOnlySpan<byte>>? answer = null)
    {
        uint sequence = Send(request);
        while (true)
        {
            MessageReader messages = new(Receive());
            while (messages.MoveNext())
            {
                if (messages.Header.Sequence != sequence)
                {
                    continue;
                }

                if (messages.Header.Type == RouteAbi.Error)
                {
                    return ReadError(messages.Header, messages.Body);
                }

                answer?.Invoke(messages.Body);
            }
        }
    }

    /// <summary>0 and null for an acknowledgement.</summary>
    /// <remarks>nlmsgerr: the negated error, the header of the request, the request itself unless capped; then attributes when flagged so.</remarks>
    internal static (int Errno, string? Detail) ReadError(in MessageHeader header, ReadOnlySpan<byte> body)
    {
        if (!MessageReader.TrySplit(body, out int negated, out _))
        {
            return (EPROTO, null);
        }

        int requestAt = sizeof(int);
        if ((header.Flags & RouteAbi.ErrorTlvs) == 0 || body.Length < requestAt + sizeof(MessageHeader))
        {
            return (-negated, null);
        }

        MessageHeader request = MemoryMarshal.Read<MessageHeader>(body[requestAt..]);
        long tlvsAt = requestAt + ((header.Flags & RouteAbi.Capped) != 0 ? sizeof(MessageHeader) : (request.Length + 3L) & ~3L);
        AttributeReader attributes = new(tlvsAt < body.Length ? body[(int)tlvsAt..] : default);
        while (attributes.MoveNext())
        {
            if (attributes.Type == RouteAbi.ErrorMessage)
            {
                return (-negated, attributes.AsText());
            }
        }

        return (-negated, null);
    }

    public void Dispose()
    {
        if (!_socket.IsClosed)
        {
            _socket.Dispose();
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    bool TryDump<T>(MessageWriter request, ushort answer, Parse<T> parse, string subject, List<T> found)
    {
        uint sequence = Send(request);
        bool isWhole = true;
        while (true)
        {
            MessageReader messages = new(Receive());
            while (messages.MoveNext())
            {
                MessageHeader header = messages.Header;
                if (header.Sequence != sequence)
                {
                    continue;
                }

                isWhole &= (header.Flags & RouteAbi.DumpInterrupted) == 0;
                if (header.Type == answer)
                {
                    parse(messages.Body, found);
                }
                else if (header.Type is RouteAbi.Done or RouteAbi.Error)
                {
                    // Both begin with the negated error of the dump.
                    (int error, string? detail) = header.Type == RouteAbi.Error
                        ? ReadError(header, messages.Body)
                        : (messages.Body.Length >= sizeof(int) ? -MemoryMarshal.Read<int>(messages.Body) : 0, null);
                    return error == 0 ? isWhole : throw new LinuxException(error, "rtnetlink dump", subject, detail);
                }
            }
        }
    }

    uint Send(MessageWriter request)
    {
        ReadOnlySpan<byte> message = request.Finish(++_sequence);
        fixed (byte* start = message)
        {
            while (send(_socket.Number, start, (uint)message.Length, 0) < 0)
            {
                if (errno != EINTR)
                {
                    throw new LinuxException(errno, "send", "rtnetlink");
                }
            }
        }

        return _sequence;
    }

    ReadOnlySpan<byte> Receive()
    {
        fixed (byte* start = _buffer)
        {
            while (true)
            {
                long count = recv(_socket.Number, start, (uint)_buffer.Length, MSG_TRUNC);
                if (count > _buffer.Length)
                {
                    throw new LinuxException(EMSGSIZE, "recv", "rtnetlink");
                }

                if (count >= 0)
                {
                    return _buffer.AsSpan(0, (int)count);
                }

                if (errno != EINTR)
                {
                    throw new LinuxException(errno, "recv", "rtnetlink");
                }
            }
        }
    }
}

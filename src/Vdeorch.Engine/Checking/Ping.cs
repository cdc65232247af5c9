using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Engine.Checking;

/// <summary>ICMP and ICMPv6 echo (RFC 792, RFC 4443) over a raw socket. The socket belongs to the network namespace of the thread that makes it.</summary>
internal sealed class Ping : IDisposable
{
    const byte EchoRequest = 8, EchoReply = 0, EchoRequestV6 = 128, EchoReplyV6 = 129;
    const int PayloadBytes = 56;
    const int HeaderBytes = 8;

    static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    static int s_nextId = Environment.ProcessId;

    readonly IPAddress _target;
    readonly Socket _socket;
    readonly ushort _id = (ushort)Interlocked.Increment(ref s_nextId);
    readonly bool _isV6;
    ushort _sequence;

    /// <remarks>Needs CAP_NET_RAW in the namespace.</remarks>
    public Ping(IPAddress target)
    {
        _target = target;
        _isV6 = target.AddressFamily == AddressFamily.InterNetworkV6;
        _socket = new Socket(target.AddressFamily, SocketType.Raw, _isV6 ? ProtocolType.IcmpV6 : ProtocolType.Icmp);
    }

    /// <summary>An echo, and another one each second until one of them has come back.</summary>
    /// <returns>Round trip; null when no reply came within <paramref name="patience"/>, or the network is unreachable.</returns>
    public async Task<TimeSpan?> TryAsync(TimeSpan patience, CancellationToken ct)
    {
        ConcurrentDictionary<ushort, long> sent = [];
        byte[] buffer = new byte[1500];
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(patience);
        Task sending = Task.CompletedTask;
        try
        {
            await SendAsync(sent, deadline.Token);
            sending = GoOnAsync(sent, deadline.Token);
            while (true)
            {
                SocketReceiveFromResult received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(_isV6 ? IPAddress.IPv6Any : IPAddress.Any, 0), deadline.Token);
                if (Sequence(buffer.AsSpan(0, received.ReceivedBytes)) is { } sequence && sent.TryGetValue(sequence, out long at) && ((IPEndPoint)received.RemoteEndPoint).Address.Equals(_target))
                {
                    return Stopwatch.GetElapsedTime(at);
                }
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
        catch (SocketException)
        {
            return null;
        }
        finally
        {
            await deadline.CancelAsync();
            await sending;
        }
    }

    async Task GoOnAsync(ConcurrentDictionary<ushort, long> sent, CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await Task.Delay(s_between, ct);
                try
                {
                    await SendAsync(sent, ct);
                }
                catch (SocketException)
                {
                    // There is no way now; a second later there may be one.
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The time is up, or there was a reply.
        }
    }

    async Task SendAsync(ConcurrentDictionary<ushort, long> sent, CancellationToken ct)
    {
        ushort sequence = ++_sequence;
        sent[sequence] = Stopwatch.GetTimestamp();
        await _socket.SendToAsync(Request(sequence), SocketFlags.None, new IPEndPoint(_target, 0), ct);
    }

    public void Dispose() => _socket.Dispose();

    byte[] Request(ushort sequence)
    {
        byte[] packet = new byte[HeaderBytes + PayloadBytes];
        packet[0] = _isV6 ? EchoRequestV6 : EchoRequest;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), _id);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), sequence);
        if (!_isV6)
        {
            // The kernel fills in ICMPv6's, whose sum covers a pseudo-header.
            BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), Checksum(packet));
        }

        return packet;
    }

    // Null: no reply to one of ours.
    ushort? Sequence(ReadOnlySpan<byte> packet)
    {
        // A raw IPv4 socket delivers the IP header too.
        ReadOnlySpan<byte> icmp = _isV6 ? packet : packet[Math.Min(packet.Length, (packet[0] & 0xf) * 4)..];
        return icmp.Length >= HeaderBytes
            && icmp[0] == (_isV6 ? EchoReplyV6 : EchoReply)
            && BinaryPrimitives.ReadUInt16BigEndian(icmp[4..]) == _id ? BinaryPrimitives.ReadUInt16BigEndian(icmp[6..]) : null;
    }

    /// <summary>The Internet checksum, RFC 1071.</summary>
    /// <param name="bytes">Even length.</param>
    internal static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (int i = 0; i < bytes.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[i..]);
        }

        while (sum >> 16 != 0)
        {
            sum = (sum & 0xffff) + (sum >> 16);
        }

        return (ushort)~sum;
    }
}

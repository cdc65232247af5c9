using System.Net;
using System.Net.Sockets;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Taps;
using Vdeorch.Plugs.Frames;
using Vdeorch.UnitTests.Plugs;
using Vdeorch.UnitTests.Plugs.Offloading;
using Xunit;

namespace Vdeorch.SystemTests.DataPlane;

/// <summary>What we make of a super-frame is what the kernel makes of it, to the byte.</summary>
[Collection("data plane")]
public sealed class SegmentationTests : IDisposable
{
    const int UdpSegment = 103;

    readonly Lab lab = new();
    readonly CuttingKernel kernel;

    public SegmentationTests() => kernel = new CuttingKernel(lab, 9);

    public void Dispose()
    {
        kernel.Dispose();
        lab.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void SuperFramesOfTcpAreCutAsTheKernelCutsThem(bool v6)
    {
        List<byte[]> recorded = Record(v6, (from, to) =>
        {
            using Socket listener = lab.In(2, () =>
            {
                Socket socket = new(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(to);
                socket.Listen();
                return socket;
            });
            using Socket client = lab.In(1, () => new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
            client.Connect(to);
            using Socket server = listener.Accept();
            byte[] data = new byte[100_001];
            new Random(3).NextBytes(data);
            Task sending = Task.Run(() =>
            {
                for (int i = 0; i < 30; i++)
                {
                    client.Send(data);
                }
            });
            byte[] into = new byte[100_000];
            for (int left = 30 * data.Length; left > 0;)
            {
                left -= server.Receive(into);
            }
            sending.Wait();
        });

        Assert.True(recorded.Count(IsSuperFrame) > 20, $"{recorded.Count(IsSuperFrame)} super-frames");
        Assert.All(recorded, BothCutItAlike);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void RunsOfDatagramsAreCutAsTheKernelCutsThem(bool v6)
    {
        List<byte[]> recorded = Record(v6, (from, to) =>
        {
            using Socket receiver = lab.In(2, () => Bound(to));
            using Socket sender = lab.In(1, () => Bound(from));
            receiver.ReceiveTimeout = 2_000;
            foreach ((int bytes, int segmentBytes) in new[] { (40_000, 1_400), (5_001, 1_000), (1_200, 100), (900, 1_000), (64, 3) })
            {
                byte[] option = BitConverter.GetBytes(segmentBytes);
                sender.SetRawSocketOption((int)ProtocolType.Udp, UdpSegment, option);
                byte[] data = new byte[bytes];
                new Random(bytes).NextBytes(data);
                sender.SendTo(data, to);
                for (int left = bytes; left > 0;)
                {
                    left -= receiver.Receive(data);
                }
            }
        });

        Assert.True(recorded.Count(IsSuperFrame) >= 3, $"{recorded.Count(IsSuperFrame)} super-frames");
        Assert.All(recorded, BothCutItAlike);
    }

    [Fact]
    public void SuperFramesOfEveryShapeAreCutAsTheKernelCutsThem()
    {
        Random random = new(11);
        for (int i = 0; i < 500; i++)
        {
            bool v6 = random.Next(2) == 0;
            bool udp = random.Next(4) == 0;
            int segmentBytes = random.Next(500, 1_500);
            byte[] payload = new byte[random.Next(segmentBytes + 1, segmentBytes * random.Next(2, 30))];
            random.NextBytes(payload);
            TcpPacket packet = new()
            {
                IsV6 = v6,
                IsUdp = udp,
                Tags = random.Next(3),
                Extensions = v6 ? new byte[8 * random.Next(4)] : [],
                IpOptions = v6 ? [] : [.. Enumerable.Repeat((byte)1, 4 * random.Next(4))],
                TcpOptions = [.. Enumerable.Repeat((byte)1, 4 * random.Next(10))],
                Flags = (byte)random.Next(256),
                Tos = (byte)random.Next(256),
                Identification = (ushort)random.Next(65_536),
                Sequence = (uint)random.NextInt64(),
                DontFragment = random.Next(2) == 0,
                Payload = payload,
            };
            // Padding options of a destination header: nothing, in four or six bytes.
            for (int at = 2; at < packet.Extensions.Length; at += 2)
            {
                packet.Extensions[at] = 1;
            }
            byte[] super = packet.ToSuperFrame(segmentBytes);
            super[1] |= udp ? (byte)0 : (packet.Flags & 0x80) != 0 ? VirtioNetHeader.Ecn : (byte)0;

            BothCutItAlike(super);
        }
    }

    void BothCutItAlike(byte[] headerAndFrame)
    {
        FrameBatch batch = new();
        headerAndFrame.CopyTo(batch.Room);
        batch.Add(headerAndFrame.Length);
        MemoryPlug plug = new();
        Offloads.Send(plug, batch, [0]);

        List<byte[]> expected = kernel.Cut(headerAndFrame, plug.Sent.Count);

        Assert.Equal(expected.Select(Convert.ToHexString), plug.Sent.Select(Convert.ToHexString));
    }

    // Frames of IP that the first host sends the second while something happens.
    List<byte[]> Record(bool v6, Action<IPEndPoint, IPEndPoint> happening)
    {
        using Fd one = lab.AddHost(1);
        using Fd two = lab.AddHost(2);
        foreach (int host in (int[])[1, 2])
        {
            lab.In(host, () =>
            {
                File.WriteAllText("/proc/sys/net/ipv6/conf/vde0/disable_ipv6", "0");
                CuttingKernel.Ip($"-6 addr add fd77::{host}/64 dev vde0 nodad");
                return 0;
            });
        }
        List<byte[]> recorded = [];
        using CancellationTokenSource stop = new();
        Thread pump = new(() =>
        {
            byte[] room = new byte[VirtioNetHeader.Bytes + FrameBatch.MaxFrameBytes];
            while (!stop.IsCancellationRequested)
            {
                bool moved = Move(one, two, room, recorded);
                moved |= Move(two, one, room, null);
                if (!moved)
                {
                    Thread.Sleep(0);
                }
            }
        });
        pump.Start();
        try
        {
            happening(new IPEndPoint(Address(1, v6), 70), new IPEndPoint(Address(2, v6), 70));
        }
        finally
        {
            stop.Cancel();
            pump.Join();
        }
        return recorded;
    }

    static bool Move(Fd from, Fd to, byte[] room, List<byte[]>? recorded)
    {
        IoResult read = Tap.Read(from, room);
        if (!read.IsOk)
        {
            return false;
        }
        if (room[VirtioNetHeader.Bytes + 12] is 0x08 && room[VirtioNetHeader.Bytes + 13] == 0 || room[VirtioNetHeader.Bytes + 12] == 0x86)
        {
            recorded?.Add(room[..read.Count]);
        }
        Tap.Write(to, room.AsSpan(0, read.Count));
        return true;
    }

    static Socket Bound(IPEndPoint address)
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(address);
        return socket;
    }

    static bool IsSuperFrame(byte[] headerAndFrame) => headerAndFrame[1] != 0;

    static IPAddress Address(int host, bool v6) => v6 ? IPAddress.Parse($"fd77::{host}") : Lab.Address(host);
}

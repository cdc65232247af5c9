using System.Net;
using System.Net.Sockets;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Udp;
using Xunit;

namespace Vdeorch.UnitTests.Linux;

public sealed class UdpSocketTests : IDisposable
{
    readonly byte[] memory = GC.AllocateUninitializedArray<byte>(1 << 20, pinned: true);
    readonly DatagramVector datagrams = new();
    readonly DatagramReader reader = new();
    readonly Epoll epoll = new();

    public void Dispose()
    {
        datagrams.Dispose();
        reader.Dispose();
        epoll.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public void ADatagramTellsWhereItCameFrom(string address)
    {
        using UdpSocket from = Bound(address);
        using UdpSocket to = Bound(address);
        Add(EndpointOf(to, address), 60);

        Assert.Equal(new Sent(1, 60, 0), from.Send(datagrams));

        Assert.Equal([$"60 from {EndpointOf(from, address)}"], Received(to, 1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ARunOfEqualDatagramsIsOneMessageAndArrivesAsItWas(bool coalesced)
    {
        using UdpSocket from = Bound("127.0.0.1");
        using UdpSocket to = Bound("127.0.0.1");
        if (coalesced)
        {
            to.Coalesce();
        }
        int[] lengths = [.. Enumerable.Repeat(1000, 40), 300];
        UdpEndpoint there = EndpointOf(to, "127.0.0.1");
        Array.ForEach(lengths, length => Add(there, length));

        Assert.Equal(1, datagrams.Count);
        Assert.Equal(new Sent(41, 40_300, 0), from.Send(datagrams));

        Assert.Equal(lengths.Select(length => $"{length} from {EndpointOf(from, "127.0.0.1")}"), Received(to, 41));
        Assert.Equal(coalesced ? 41 : 1, reader.Expected);
    }

    [Fact]
    public void ALongerDatagramAnotherPlaceAndAShorterOneBeforeBeginANewMessage()
    {
        UdpEndpoint here = UdpEndpoint.From(IPAddress.Loopback, 1);
        UdpEndpoint there = UdpEndpoint.From(IPAddress.Loopback, 2);

        foreach ((UdpEndpoint to, int length) in new[] { (here, 100), (here, 100), (here, 50), (here, 50), (here, 60), (there, 60), (there, 0), (there, 0), (there, 9) })
        {
            Add(to, length);
        }

        Assert.Equal([3, 1, 1, 1, 1, 1, 1], Enumerable.Range(0, datagrams.Count).Select(datagrams.DatagramsOf));
    }

    [Fact]
    public void NothingLongerThanTheLimitIsASegmentAndNoMessageIsLongerThanADatagram()
    {
        UdpEndpoint here = UdpEndpoint.From(IPAddress.Loopback, 1);
        for (int i = 0; i < 10; i++)
        {
            Add(here, 9000, limit: 8999);
        }
        Assert.Equal(10, datagrams.Count);

        datagrams.Clear();
        for (int i = 0; i < 10; i++)
        {
            Add(here, 9000);
        }

        Assert.Equal([7, 3], Enumerable.Range(0, datagrams.Count).Select(datagrams.DatagramsOf));
    }

    [Fact]
    public void AnIcmpErrorCostsNoDatagram()
    {
        using UdpSocket from = Bound("127.0.0.1");
        UdpSocket to = Bound("127.0.0.1");
        UdpEndpoint there = EndpointOf(to, "127.0.0.1");
        Assert.True(from.Connect(there).IsOk);
        to.Dispose();
        for (int i = 0; i < 3; i++)
        {
            datagrams.Clear();
            Add(there, 60);
            Assert.Equal(1, from.Send(datagrams).Datagrams);
        }

        Assert.True(UdpSocket.IsOfTheNetwork(reader.Fill(from, 1).Errno));
        Assert.Equal(Errnos.Again, reader.Fill(from, 1).Errno);
    }

    [Fact]
    public void AnEmptyDatagramIsReceived()
    {
        using UdpSocket from = Bound("127.0.0.1");
        using UdpSocket to = Bound("127.0.0.1");
        Add(EndpointOf(to, "127.0.0.1"), 0);
        from.Send(datagrams);

        Assert.Equal([$"0 from {EndpointOf(from, "127.0.0.1")}"], Received(to, 1));
    }

    [Fact]
    public void APortInUseIsSaidSo()
    {
        using UdpSocket first = Bound("127.0.0.1");
        using UdpSocket second = UdpSocket.Open(AddressFamily.InterNetwork, "test");

        LinuxException refused = Assert.Throws<LinuxException>(() => second.Bind(IPAddress.Loopback, first.LocalPort));

        Assert.Equal($"bind on '127.0.0.1:{first.LocalPort}': Address already in use (EADDRINUSE)", refused.Message);
    }

    [Fact]
    public void SendingAndReceivingAllocateNothing()
    {
        using UdpSocket from = Bound("127.0.0.1");
        using UdpSocket to = Bound("127.0.0.1");
        UdpEndpoint there = EndpointOf(to, "127.0.0.1");

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                Turn();
            }
        }));

        void Turn()
        {
            datagrams.Clear();
            for (int i = 0; i < 8; i++)
            {
                Add(there, 100 + i % 3);
            }
            from.Send(datagrams);
            while (reader.Fill(to, 64).IsOk)
            {
                while (reader.TryNext(out _))
                {
                }
            }
        }
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("2001:db8::7")]
    [InlineData("fe80::1%3")]
    public void AnEndpointIsTheAddressAgain(string address)
    {
        UdpEndpoint endpoint = UdpEndpoint.From(IPAddress.Parse(address), 9);
        Span<byte> bytes = stackalloc byte[28];

        Assert.Equal(endpoint, UdpEndpoint.Read(bytes[..endpoint.Write(bytes)]));
        Assert.Equal(address, endpoint.Address.ToString());
    }

    void Add(UdpEndpoint to, int length, int limit = int.MaxValue) => datagrams.Add(memory.AsSpan(0, length), to, limit);

    List<string> Received(UdpSocket at, int count)
    {
        List<string> seen = [];
        epoll.Add(at.Fd, 0, Interest.Readable);
        Span<Ready> ready = stackalloc Ready[1];
        while (seen.Count < count && epoll.Wait(ready, 5_000) == 1)
        {
            reader.Fill(at, 64);
            while (reader.TryNext(out Datagram datagram))
            {
                seen.Add($"{datagram.Bytes.Length} from {datagram.From}");
            }
        }
        return seen;
    }

    static UdpSocket Bound(string address)
    {
        IPAddress parsed = IPAddress.Parse(address);
        UdpSocket socket = UdpSocket.Open(parsed.AddressFamily, "test");
        socket.Bind(parsed, 0);
        return socket;
    }

    static UdpEndpoint EndpointOf(UdpSocket socket, string address) => UdpEndpoint.From(IPAddress.Parse(address), socket.LocalPort);
}

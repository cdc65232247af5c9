using System.Net;
using System.Net.Sockets;
using Vdeorch.Linux;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Overlays;

public sealed class UdpPlugTests : IDisposable
{
    readonly Socket peer = Bound(AddressFamily.InterNetwork);
    readonly Socket stranger = Bound(AddressFamily.InterNetwork);
    readonly int port = FreePort();

    public void Dispose()
    {
        peer.Dispose();
        stranger.Dispose();
    }

    [Fact]
    public void AnybodyIsHeardUntilTheFirstFrameIsSentAndAgainAfterAnEmptyDatagram()
    {
        using PlugEnd plug = new("udp", $"127.0.0.1:{port}->127.0.0.1:{PortOf(peer)}");
        IPEndPoint here = new(IPAddress.Loopback, port);
        byte[] frame = PlugEnd.Frame(0xff, 1, 60);
        stranger.SendTo(frame, here);
        Assert.Equal([frame], plug.Receive(1));

        plug.Send(frame);
        Assert.Equal(60, peer.Receive(new byte[100]));
        stranger.SendTo(PlugEnd.Frame(0xff, 2, 61), here);
        peer.SendTo(frame, here);
        Assert.Equal([frame], plug.Receive(1));

        peer.SendTo([], here);
        Assert.True(plug.IsSilent());
        stranger.SendTo(frame, here);
        Assert.Equal([frame], plug.Receive(1));
    }

    [Fact]
    public void APeerThatIsNotThereYetIsNoError()
    {
        int there = FreePort();
        using PlugEnd a = new("udp", $"{port}->127.0.0.1:{there}");
        byte[] frame = PlugEnd.Frame(0xff, 1, 60);
        for (int i = 0; i < 5; i++)
        {
            a.Send(frame);
            Assert.True(a.IsSilent());
        }

        using PlugEnd b = new("udp", $"{there}->127.0.0.1:{port}");
        Assert.Equal(1, a.Send(frame).Frames);

        Assert.Equal([frame], b.Receive(1));
    }

    [Theory]
    [InlineData("::1:{0}->::1:{1}")]
    [InlineData("[::1]:{0}->[::1]:{1}")]
    [InlineData("{0}->[::1]:{1}")]
    [InlineData("localhost:{0}->127.0.0.1:{1}")]
    public void AddressesComeWithAndWithoutBracketsOrByName(string form)
    {
        int there = FreePort();
        using PlugEnd a = new("udp", string.Format(System.Globalization.CultureInfo.InvariantCulture, form, port, there));
        bool isInet = form.Contains("127", StringComparison.Ordinal);
        using PlugEnd b = new("udp", isInet ? $"{there}->127.0.0.1:{port}" : $"{there}->::1:{port}");
        byte[][] run = [.. Enumerable.Range(0, 40).Select(_ => PlugEnd.Frame(0xff, 1, 1514))];

        a.Send(run);

        Assert.Equal(run, b.Receive(40));
    }

    [Theory]
    [InlineData("10001", "'10001' has no '->'; write udp://[local:]port->remote:port")]
    [InlineData("->", "'' is no local [address:]port")]
    [InlineData("x->127.0.0.1:2", "'x' is no local [address:]port")]
    [InlineData("1->127.0.0.1", "'127.0.0.1' is no remote address:port")]
    [InlineData("1->127.0.0.1:", "'127.0.0.1:' is no remote address:port")]
    [InlineData("1->127.0.0.1:99999", "'127.0.0.1:99999' is no remote address:port")]
    [InlineData("1->:5", "':5' is no remote address:port")]
    public void WhatCannotBeReadIsSaid(string argument, string problem)
    {
        Assert.Null(UdpOptions.Parse(argument, out string? found));
        Assert.Equal(problem, found);
        Assert.Equal($"udp://: {problem}", Assert.Throws<PlugException>(() => new PlugEnd("udp", argument)).Message);
    }

    [Fact]
    public void APortInUseAndAnUnknownHostAreSaid()
    {
        Assert.Contains($"bind on '127.0.0.1:{PortOf(peer)}': Address already in use", Assert.Throws<LinuxException>(() => new PlugEnd("udp", $"127.0.0.1:{PortOf(peer)}->127.0.0.1:9")).Message, StringComparison.Ordinal);
        Assert.Equal("udp://: '::1' is no address of the remote's family, nor the name of a host with one", Assert.Throws<PlugException>(() => new PlugEnd("udp", "::1:0->127.0.0.1:9")).Message);
    }

    static Socket Bound(AddressFamily family)
    {
        Socket socket = new(family, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5_000 };
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    static int PortOf(Socket socket) => ((IPEndPoint)socket.LocalEndPoint!).Port;

    static int FreePort()
    {
        // Below what the kernel gives out by itself, so that no test beside this one gets it meanwhile.
        while (true)
        {
            int port = Random.Shared.Next(20_000, 30_000);
            try
            {
                using Socket probe = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
                probe.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
    }
}

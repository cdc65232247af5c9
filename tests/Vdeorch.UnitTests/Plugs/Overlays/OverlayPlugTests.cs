using System.Net;
using System.Net.Sockets;
using CsCheck;
using Vdeorch.Linux;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Overlays;

/// <summary>Over the loopback interface, where everybody may have a group.</summary>
public class OverlayPlugTests
{
    static int s_ports = 20_000 + Environment.ProcessId % 20_000;

    readonly string port = $"port={Interlocked.Increment(ref s_ports)}";

    [Fact]
    public void PlugsOfAGroupHearEachOtherAndNotThemselves()
    {
        using PlugEnd a = new("vxvde", "", port, "if=lo");
        using PlugEnd b = new("vxvde", "", port, "if=lo");
        byte[] hello = PlugEnd.Frame(0xff, 1, 60);

        Assert.Equal(new Transfer(1, 60, 0), a.Send(hello));

        Assert.Equal([hello], b.Receive(1));
        Assert.True(a.IsSilent());
    }

    [Fact]
    public void WhoWasHeardIsSentToAloneUntilItSaysFarewell()
    {
        using PlugEnd a = new("vxvde", "", port, "if=lo");
        PlugEnd b = new("vxvde", "", port, "if=lo");
        using PlugEnd c = new("vxvde", "", port, "if=lo");
        b.Send(PlugEnd.Frame(0xff, 2, 60));
        Assert.Single(a.Receive(1));
        Assert.Single(c.Receive(1));

        byte[] toB = PlugEnd.Frame(2, 1, 61);
        a.Send(toB);
        Assert.Equal([toB], b.Receive(1));
        Assert.True(c.IsSilent());

        b.Dispose();
        Assert.True(a.IsSilent());
        a.Send(toB);
        Assert.Equal([toB], c.Receive(1));
    }

    [Fact]
    public void NetworksOfOneGroupAreStrangersAndGroupsOfUsersHaveTheirOwnAddress()
    {
        using PlugEnd one = new("vxvde", "", port, "if=lo", "vni=1");
        using PlugEnd two = new("vxvde", "", port, "if=lo", "vni=2");
        using PlugEnd users = new("vxvde", "", port, "if=lo", "grp=1000");
        using PlugEnd same = new("vxvde", "239.0.3.232", port, "if=lo", "vni=1000");

        one.Send(PlugEnd.Frame(0xff, 1, 60));
        users.Send(PlugEnd.Frame(0xff, 2, 62));

        Assert.Equal(62, Assert.Single(same.Receive(1)).Length);
        Assert.True(two.IsSilent());
        Assert.True(users.IsSilent());
    }

    [Fact]
    public void RunsOfFramesOfAnyLengthsArriveAsTheyWere()
    {
        using PlugEnd a = new("vxvde", "", port, "if=lo");
        using PlugEnd b = new("vxvde", "", port, "if=lo");
        Gen.Int[15, FrameBatch.MaxPlainFrameBytes].Array[1, 24].SelectMany(lengths => Gen.Int[1, 20].Select(run => (lengths, run))).Sample(
            it =>
            {
                // Neighbours of one length now and then, as segments of a stream are.
                byte[][] frames = [.. it.lengths.Take(20).SelectMany((length, i) => Enumerable.Repeat(length, i == 0 ? it.run : 1)).Take(20).Select(length => PlugEnd.Frame(0xff, 1, length))];
                Assert.Equal(frames.Length, a.Send(frames).Frames);
                List<byte[]> received = b.Receive(frames.Length);
                Assert.True(frames.Length == received.Count && frames.Zip(received).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second)));
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public void MoreFramesThanABatchHoldsAreHeldBackNotLost()
    {
        using PlugEnd a = new("vxvde", "", port, "if=lo");
        using PlugEnd b = new("vxvde", "", port, "if=lo");
        byte[][] frames = [.. Enumerable.Range(0, 60).Select(i => PlugEnd.Frame(0xff, 1, i < 30 ? 100 : 200))];

        for (int i = 0; i < 5; i++)
        {
            a.Send(frames);
        }

        Assert.Equal(Enumerable.Repeat(frames, 5).SelectMany(it => it), b.Receive(300));
    }

    [Fact]
    public void WhatIsNoFrameOfTheNetworkIsPassedOver()
    {
        using PlugEnd a = new("vxvde", "", port, "if=lo");
        using PlugEnd b = new("vxvde", "", port, "if=lo");
        using Socket stranger = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.MulticastInterface, IPAddress.NetworkToHostOrder(1));
        IPEndPoint group = new(IPAddress.Parse("239.0.0.1"), int.Parse(port[5..], System.Globalization.CultureInfo.InvariantCulture));
        Gen.Byte.Array[0, 100].Sample(
            bytes =>
            {
                // Anything but the header of network 1.
                if (bytes.Length >= 8)
                {
                    bytes[0] = 0x09;
                }
                stranger.SendTo(bytes, group);
            },
            iter: 300,
            threads: 1);
        stranger.SendTo(new byte[65_507], group);
        // A header and less than a frame.
        stranger.SendTo([8, 0, 0, 0, 0, 0, 1, 0, 1, 2, 3], group);
        // A frame longer than any, behind the right header.
        stranger.SendTo([8, 0, 0, 0, 0, 0, 1, 0, .. new byte[20_000]], group);

        byte[] hello = PlugEnd.Frame(0xff, 1, 60);
        a.Send(hello);

        Assert.Equal([hello], b.Receive(1));
    }

    [Fact]
    public void WhatIsTooShortOrTooLongIsNotTaken()
    {
        using PlugEnd a = new("vxvde", "", port, "if=lo");

        Assert.Equal(1, a.Send(PlugEnd.Frame(0xff, 1, 13), PlugEnd.Frame(0xff, 1, 65_500), PlugEnd.Frame(0xff, 1, 60)).Frames);
    }

    [Fact]
    public void AFramePathAllocatesNothing()
    {
        using IPlug a = new PlugOpening { Description = "test" }.Open(PlugEnd.Locator("vxvde", "", port, "if=lo"));
        using IPlug b = new PlugOpening { Description = "test" }.Open(PlugEnd.Locator("vxvde", "", port, "if=lo"));
        FrameBatch batch = new();
        byte[] frame = PlugEnd.Frame(0xff, 1, 200);
        int[] indices = [.. Enumerable.Range(0, 16)];

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (int i = 0; i < 50; i++)
            {
                Turn();
            }
        }));

        void Turn()
        {
            batch.Clear();
            for (int i = 0; i < 16; i++)
            {
                batch.AddPlain(frame);
            }
            a.Send(batch, indices);
            batch.Clear();
            a.Receive(batch);
            while (b.Receive(batch).Frames > 0)
            {
                batch.Clear();
            }
        }
    }

    [Fact]
    public void AVxlanPortCanBeHadOnceAndTheErrorSaysSo()
    {
        using PlugEnd first = new("vxlan", "", port, "if=lo");

        LinuxException refused = Assert.Throws<LinuxException>(() => new PlugEnd("vxlan", "", port, "if=lo"));

        Assert.StartsWith($"bind on '0.0.0.0:{port[5..]}': Address already in use (EADDRINUSE): another vxlan plug", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AVxlanPeerIsAnsweredOnTheVxlanPortWhateverItSendsFrom()
    {
        int number = int.Parse(port[5..], System.Globalization.CultureInfo.InvariantCulture);
        using Socket peer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5_000 };
        peer.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        using PlugEnd plug = new("vxlan", "", port, "if=lo", "vni=7");
        byte[] frame = PlugEnd.Frame(0xff, 9, 60);

        peer.SendTo([8, 0, 0, 0, 0, 0, 7, 0xaa, .. frame], new IPEndPoint(IPAddress.Loopback, number));
        peer.SendTo([8, 0, 0, 0, 0, 0, 8, 0, .. frame], new IPEndPoint(IPAddress.Loopback, number));
        peer.SendTo([0, 0, 0, 0, 0, 0, 7, 0, .. frame], new IPEndPoint(IPAddress.Loopback, number));

        Assert.Equal([frame], plug.Receive(1));
        Assert.True(plug.IsSilent());
        // To 127.0.0.2 and this port; the plug's own socket is the one that has it.
        byte[] answer = PlugEnd.Frame(9, 1, 70);
        plug.Send(answer);
        Assert.Equal([answer], plug.Receive(1));
    }

    [Fact]
    public void AnUnknownGroupOrInterfaceIsNamed()
    {
        Assert.Equal("vxvde://: there is no group 'nosuchgroup'; give the name or number of one", Assert.Throws<PlugException>(() => new PlugEnd("vxvde", "", "grp=nosuchgroup")).Message);
        Assert.Contains("nosuchif0", Assert.Throws<LinuxException>(() => new PlugEnd("vxvde", "", "if=nosuchif0")).Message, StringComparison.Ordinal);
        Assert.Contains("'192.0.2.1' has no address of the family", Assert.Throws<PlugException>(() => new PlugEnd("vxlan", "192.0.2.1", "v6")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void VxvdexIsRefusedWithoutItsModule()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => new PlugEnd("vxvdex", ""));

        Assert.StartsWith("socket on 'vxvdex://': Address family not supported by protocol (EAFNOSUPPORT): the kernel module vxvdex is not loaded", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void VxvdexUnenforcedIsAVxvdeThatKeepsItsGroupToItself()
    {
        PlugOpening opening = new() { Description = "test", MayOpenUnenforced = true };
        using IPlug first = opening.Open(PlugEnd.Locator("vxvdex", "", port, "grp=1000", "if=lo"));

        LinuxException refused = Assert.Throws<LinuxException>(() => new PlugEnd("vxvde", "", port, "grp=1000", "if=lo"));

        Assert.Contains("keeps the port to itself", refused.Message, StringComparison.Ordinal);
    }
}

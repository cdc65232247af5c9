using System.Net.Sockets;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>Both protocols of ptp://, the one of Debian's vde_plug and the later one.</summary>
public class PtpTests
{
    const byte AlreadyConnected = 0x6a;

    [Fact]
    public async Task Check29DebianComesFirst()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        LocalEnd theirs = lab.Debian($"ptp://{lab["p"]}");
        await Wait.UntilAsync("Debian's is there", () => File.Exists(lab["p"]));
        lab.Ours($"ptp://{lab["p"]}", near.Directory);
        await Wait.UntilAsync("ours is there", () => File.Exists(lab["p+"]));
        LocalEnd behind = await lab.DebianAsync(near.Directory);

        await ExchangesAsync(theirs, behind);
    }

    [Fact]
    public async Task Check29DebianComesSecond()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        lab.Ours($"ptp://{lab["p"]}", near.Directory);
        await Wait.UntilAsync("ours is there", () => File.Exists(lab["p"]));
        LocalEnd theirs = lab.Debian($"ptp://{lab["p"]}");
        LocalEnd behind = await lab.DebianAsync(near.Directory);

        await ExchangesAsync(theirs, behind);
    }

    [Fact]
    public async Task Check29DebianComesBack()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        lab.Ours($"ptp://{lab["p"]}", near.Directory);
        await Wait.UntilAsync("ours is there", () => File.Exists(lab["p"]));
        LocalEnd behind = await lab.DebianAsync(near.Directory);
        LocalEnd theirs = lab.Debian($"ptp://{lab["p"]}");
        await ExchangesAsync(theirs, behind);

        theirs.Close();
        Assert.Equal(0, await theirs.EndAsync(TimeSpan.FromSeconds(5)));
        // It said no farewell: ours finds out by itself, and until then another is refused.
        await Wait.UntilAsync("there is room for another", () => CanConnect(lab["p"]));
        LocalEnd another = lab.Debian($"ptp://{lab["p"]}");

        await ExchangesAsync(another, behind);
    }

    [Fact]
    public async Task Check29AThirdIsRefusedOnEitherSide()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        LocalEnd theirs = lab.Debian($"ptp://{lab["p"]}");
        await Wait.UntilAsync("Debian's is there", () => File.Exists(lab["p"]));
        lab.Ours($"ptp://{lab["p"]}", near.Directory);
        LocalEnd behind = await lab.DebianAsync(near.Directory);
        await ExchangesAsync(theirs, behind);

        Finished ours = (await lab.Ours($"ptp://{lab["p"]}", near.Directory).EndAsync()).Exited(1);
        LocalEnd third = lab.Debian($"ptp://{lab["p"]}");

        Assert.Contains("Operation not permitted", ours.Err, StringComparison.Ordinal);
        Assert.Equal(1, await third.EndAsync(TimeSpan.FromSeconds(5)));
        await ExchangesAsync(theirs, behind);
    }

    [Fact]
    public async Task Check29OursMeetsTheLaterProtocol()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        using Socket listener = Listen(lab["p"]);
        Running ours = lab.Ours($"ptp://{lab["p"]}", near.Directory);
        using Socket peer = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        peer.Send([0]);
        await near.HasAsync(1);
        LocalEnd behind = await lab.DebianAsync(near.Directory);
        byte[] there = LocalFrames.Make();
        byte[] back = LocalFrames.Make(from: LocalFrames.Address(2));

        peer.Send(there);
        Assert.Equal(there, await behind.NextAsync());
        await behind.SendAsync(back);
        Assert.Equal(back, Receive(peer));

        // The one that was there first goes: as vde_plug does, ours ends.
        peer.Dispose();
        (await ours.EndAsync(TimeSpan.FromSeconds(5))).Exited(0);
        listener.Dispose();
        File.Delete(lab["p"]);
    }

    [Fact]
    public async Task Check29TheLaterProtocolsRefusalIsAnError()
    {
        await using LocalLab lab = new();
        using Socket listener = Listen(lab["p"]);
        Task<Finished> ours = lab.Ours($"ptp://{lab["p"]}", lab["x"]).EndAsync();
        using (Socket peer = await listener.AcceptAsync(TestContext.Current.CancellationToken))
        {
            peer.Send([AlreadyConnected]);
            Assert.Contains("EISCONN", (await ours).Exited(1).Err, StringComparison.Ordinal);
        }
        Task<Finished> mute = lab.Ours($"ptp://{lab["p"]}", lab["x"]).EndAsync();
        using (Socket peer = await listener.AcceptAsync(TestContext.Current.CancellationToken))
        {
            Assert.Contains("ETIMEDOUT", (await mute).Exited(1).Err, StringComparison.Ordinal);
        }
        listener.Dispose();
        File.Delete(lab["p"]);
    }

    [Fact]
    public async Task Check29WhoHasMetTheLaterProtocolListensForIt()
    {
        await using LocalLab lab = new();
        FrameBatch batch = new();
        using (Socket listener = Listen(lab["p"]))
        {
            Task<IPlug> opening = Task.Run(() => Open(lab["p"]), TestContext.Current.CancellationToken);
            using Socket peer = await listener.AcceptAsync(TestContext.Current.CancellationToken);
            peer.Send([0]);
            using IPlug connected = await opening;
            peer.Dispose();
            await Wait.UntilAsync("it notices", () => connected.Receive(batch).Errno == Errnos.ConnectionReset);
        }

        // Its file is there still, with nobody behind it.
        using IPlug ours = Open(lab["p"]);
        for (int round = 0; round < 3; round++)
        {
            using Socket first = Connect(lab["p"]);
            Assert.Equal(0, ours.Receive(batch).Errno);
            Assert.Equal([0], Receive(first));
            using Socket second = Connect(lab["p"]);
            Assert.Equal(0, ours.Receive(batch).Errno);
            Assert.Equal([AlreadyConnected], Receive(second));

            byte[] there = LocalFrames.Make();
            first.Send(there);
            batch.Clear();
            Assert.Equal(1, ours.Receive(batch).Frames);
            Assert.Equal(there, batch.Frame(0));
            Assert.Equal(1, ours.Send(batch, [0]).Frames);
            Assert.Equal(there, Receive(first));

            first.Dispose();
            batch.Clear();
            Assert.Equal(0, ours.Receive(batch).Errno);
            batch.AddPlain(there);
            Assert.Equal(0, ours.Send(batch, [0]).Frames);
        }
    }

    [Fact]
    public async Task Check29OursAndOursAndOneIsKilledAndComesBack()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        RealSwitch far = await lab.SwitchAsync("far");
        LocalEnd left = await lab.DebianAsync(near.Directory);
        LocalEnd right = await lab.DebianAsync(far.Directory);
        Running first = lab.Ours($"ptp://{lab["p"]}", near.Directory);
        await Wait.UntilAsync("the first is there", () => File.Exists(lab["p"]));
        Running second = lab.Ours($"ptp://{lab["p"]}", far.Directory);
        await ExchangesAsync(left, right);

        Processes.Kill(second.Pid);
        await second.EndAsync();
        await far.HasAsync(2, 0);
        Running third = lab.Ours($"ptp://{lab["p"]}", far.Directory);
        await far.HasAsync(2);
        await ExchangesAsync(left, right);

        Processes.Kill(first.Pid);
        await first.EndAsync();
        await near.HasAsync(2, 0);
        lab.Ours($"ptp://{lab["p"]}", near.Directory);
        await near.HasAsync(2);
        await ExchangesAsync(left, right);
        Assert.False(third.HasExited);
    }

    [Fact]
    public async Task AFileThatIsNoSocketIsLeftAlone()
    {
        await using LocalLab lab = new();
        await File.WriteAllTextAsync(lab["p"], "mine", TestContext.Current.CancellationToken);

        Assert.Equal(Errnos.AddressInUse, Assert.Throws<LinuxException>(() => Open(lab["p"])).Errno);

        Assert.Equal("mine", await File.ReadAllTextAsync(lab["p"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WhatIsNoFrameIsPassedOver()
    {
        await using LocalLab lab = new();
        FrameBatch batch = new();
        using IPlug ours = Open(lab["p"]);
        using Socket peer = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendBufferSize = 1 << 20 };
        peer.Bind(new UnixDomainSocketEndPoint(lab["p+"]));
        peer.Connect(new UnixDomainSocketEndPoint(lab["p"]));
        byte[] frame = LocalFrames.Make();
        peer.Send(new byte[65_535]);
        peer.Send(new byte[FrameBatch.MaxPlainFrameBytes + 1]);
        peer.Send(new byte[13]);
        peer.Send(Array.Empty<byte>());
        peer.Send(frame);

        long deadline = Environment.TickCount64 + 10_000;
        while (batch.Count == 0)
        {
            Assert.Contains(ours.Receive(batch).Errno, (int[])[0, Errnos.Again]);
            Assert.True(Environment.TickCount64 < deadline);
        }

        Assert.Equal(1, batch.Count);
        Assert.Equal(frame, batch.Frame(0));
        peer.Dispose();
        File.Delete(lab["p+"]);
    }

    [Fact]
    public async Task APeerThatDoesNotReadIsSentWhatFitsAndNoMore()
    {
        await using LocalLab lab = new();
        using IPlug ours = Open(lab["p"]);
        using IPlug deaf = Open(lab["p"]);
        FrameBatch batch = new();
        int[] frames = [.. Enumerable.Range(0, 60)];
        foreach (int _ in frames)
        {
            batch.AddPlain(LocalFrames.Make(64));
        }
        // Each knows the other, so that net.unix.max_dgram_qlen does not count.
        deaf.Send(batch, [0]);
        ours.Receive(new FrameBatch());

        int taken = 0;
        Transfer sent;
        while ((sent = ours.Send(batch, frames)).Frames > 0)
        {
            taken += sent.Frames;
        }

        Assert.Equal(Errnos.Again, sent.Errno);
        Assert.InRange(taken, 300, 100_000);
    }

    static IPlug Open(string path) => new PlugOpening { Description = "test" }.Open(new Uvdel("ptp", path, [], null));

    static async Task ExchangesAsync(LocalEnd one, LocalEnd other)
    {
        await one.ReachesAsync(other);
        await other.ReachesAsync(one);
        byte[][] there = [LocalFrames.Make(), LocalFrames.Make(1514)];
        byte[][] back = [LocalFrames.Make(from: LocalFrames.Address(2)), LocalFrames.Make(1514, from: LocalFrames.Address(2))];
        await one.SendAsync(there);
        await other.SendAsync(back);
        foreach (byte[] frame in there)
        {
            Assert.Equal(frame, await other.NextAsync());
        }
        foreach (byte[] frame in back)
        {
            Assert.Equal(frame, await one.NextAsync());
        }
    }

    static bool CanConnect(string path)
    {
        using Socket probe = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static Socket Listen(string path)
    {
        Socket listener = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        return listener;
    }

    static Socket Connect(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
        socket.Connect(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    static byte[] Receive(Socket from)
    {
        byte[] message = new byte[70_000];
        return message[..from.Receive(message)];
    }
}

using System.Net.Sockets;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>hub://, multi://, switch:// and bonding://, with Debian's clients in ours and with ours in Debian's.</summary>
public class NetnodeTests
{
    static readonly byte[] s_host = LocalFrames.Address(1);
    static readonly byte[] s_one = LocalFrames.Address(2);
    static readonly byte[] s_two = LocalFrames.Address(3);

    [Theory]
    [InlineData("hub", false)]
    [InlineData("hub", true)]
    [InlineData("multi", false)]
    [InlineData("multi", true)]
    [InlineData("switch", false)]
    [InlineData("switch", true)]
    [InlineData("bonding", false)]
    [InlineData("bonding", true)]
    public async Task Check33EverybodyHearsWhatHeShould(string kind, bool isServedByDebian)
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        (LocalEnd host, LocalEnd one, LocalEnd two) = await ThreeAsync(lab, kind, isServedByDebian);

        byte[][] said = [LocalFrames.Make(from: s_host), LocalFrames.Make(from: s_host)];
        await host.SendAsync(said);
        if (kind == "bonding")
        {
            byte[][] heard = [await one.NextAsync(), await two.NextAsync()];
            Assert.Equivalent(said, heard);
        }
        else
        {
            await ExpectAsync(said, one, two);
        }

        byte[] fromOne = LocalFrames.Make(from: s_one);
        await one.SendAsync(fromOne);
        await ExpectAsync([fromOne], kind is "hub" or "switch" ? [host, two] : [host]);

        byte[] fromTwo = LocalFrames.Make(from: s_two);
        await two.SendAsync(fromTwo);
        await ExpectAsync([fromTwo], kind is "hub" or "switch" ? [host, one] : [host]);

        byte[][] addressed = [LocalFrames.Make(to: s_one, from: s_two), LocalFrames.Make(to: s_host, from: s_two), LocalFrames.Make(to: [2, 9, 9, 9, 9, 9], from: s_two)];
        await two.SendAsync(addressed);
        await ExpectAsync(kind == "switch" ? addressed[1..] : addressed, host);
        await ExpectAsync(kind switch { "hub" => addressed, "switch" => [addressed[0], addressed[2]], _ => [] }, one);

        byte[] last = LocalFrames.Make(to: s_two, from: s_host);
        await host.SendAsync(last);
        if (kind == "switch")
        {
            await ExpectAsync([last], two);
        }

        // Nothing else has come to anybody.
        byte[][] ends = [LocalFrames.Make(from: s_host), LocalFrames.Make(from: s_host)];
        await host.SendAsync(ends);
        foreach (LocalEnd node in (LocalEnd[])[one, two])
        {
            byte[] next = await node.NextAsync();
            if (kind is "hub" or "multi")
            {
                Assert.Equal(last, next);
                next = await node.NextAsync();
            }
            else if (kind == "bonding" && next.AsSpan().SequenceEqual(last))
            {
                next = await node.NextAsync();
            }
            Assert.Contains(ends, end => end.AsSpan().SequenceEqual(next));
        }
    }

    [Theory]
    [InlineData("hub")]
    [InlineData("multi")]
    [InlineData("switch")]
    [InlineData("bonding")]
    public async Task Check33NamesAndModesAreTheOriginals(string kind)
    {
        await using LocalLab lab = new();
        using (IPlug ours = Open(kind, lab["nn"]))
        {
            using LocalRawClient client = new(lab["nn"]);
            Task<string> joining = Task.Run(() => client.Join(), TestContext.Current.CancellationToken);
            await ServeUntilAsync(ours, () => joining.IsCompleted);
            string peer = await joining;

            Assert.Matches(@"/fd\d+$", peer);
            Assert.Equal([Path.GetFileName(peer)], LocalLab.DataSockets(lab["nn"]));
            Assert.Equal("2700", await ModeAsync(lab["nn"]));
            Assert.Equal("600", await ModeAsync(lab["nn/ctl"]));
            Assert.Equal("600", await ModeAsync(peer));
            Assert.Equal(Errnos.Exists, Assert.Throws<LinuxException>(() => Open(kind, lab["nn"])).Errno);

            client.Control.Dispose();
            await ServeUntilAsync(ours, () => LocalLab.Sockets(lab["nn"]) == 0);
        }
        Assert.False(Directory.Exists(lab["nn"]));

        using IPlug open = Open(kind, lab["nn"], new UvdelParameter("mode", "666"));
        Assert.Equal("2777", await ModeAsync(lab["nn"]));
        Assert.Equal("666", await ModeAsync(lab["nn/ctl"]));
    }

    [Fact]
    public async Task Check33NothingIsLeftWhenOursEnds()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        Running ours = lab.Ours($"hub://{lab["nn"]}", near.Directory);
        await Wait.UntilAsync("it listens", () => Listening.At(lab["nn/ctl"]));
        LocalEnd client = await lab.DebianAsync(lab["nn"]);

        await ours.SignalAsync("INT");
        await ours.EndAsync();

        Assert.False(Directory.Exists(lab["nn"]));
        Assert.Equal(0, await client.EndAsync(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public async Task ADirectoryThatAKilledOneLeftIsTakenOver()
    {
        Host.Needs("vde_switch", "vde_plug");
        await using LocalLab lab = new();
        RealSwitch near = await lab.SwitchAsync("near");
        Running killed = lab.Ours($"hub://{lab["nn"]}", near.Directory);
        await Wait.UntilAsync("it listens", () => Listening.At(lab["nn/ctl"]));
        await lab.DebianAsync(lab["nn"]);
        // Killed within the handshake it would leave the name of its data socket, as the original does.
        await near.HasAsync(1);
        Processes.Kill(killed.Pid);
        await killed.EndAsync();
        await near.HasAsync(1, 0);
        Assert.NotEmpty(LocalLab.DataSockets(lab["nn"]));

        lab.Ours($"hub://{lab["nn"]}", near.Directory);
        await near.HasAsync(1);
        LocalEnd client = await lab.DebianAsync(lab["nn"]);
        LocalEnd behind = await lab.DebianAsync(near.Directory);

        await client.ReachesAsync(behind);
        await behind.ReachesAsync(client);
    }

    [Fact]
    public async Task ADirectoryOfSomebodyElseIsLeftAlone()
    {
        await using LocalLab lab = new();
        Directory.CreateDirectory(lab["empty"]);
        Directory.CreateDirectory(lab["other"]);
        await File.WriteAllTextAsync(lab["other/ctl"], "mine", TestContext.Current.CancellationToken);

        Assert.Equal(Errnos.Exists, Assert.Throws<LinuxException>(() => Open("hub", lab["empty"])).Errno);
        Assert.Equal(Errnos.Exists, Assert.Throws<LinuxException>(() => Open("hub", lab["other"])).Errno);

        Assert.Equal("mine", await File.ReadAllTextAsync(lab["other/ctl"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WhatIsNoRequestIsTheEndOfTheConnection()
    {
        await using LocalLab lab = new();
        using IPlug ours = Open("hub", lab["nn"]);
        using LocalRawClient client = new(lab["nn"]);
        client.Bind();
        (string, byte[])[] wrong =
        [
            ("garbage", "GET / HTTP/1.1\r\n\r\n"u8.ToArray()),
            ("magic", [.. client.Request().Select((one, at) => at == 0 ? (byte)0 : one)]),
            ("version 1", client.Request(version: 1)),
            ("version 4", client.Request(version: 4)),
            ("management", client.Request(type: 1)),
            ("type 2", client.Request(type: 2)),
            ("no name", client.Request(path: "")),
            ("no such name", client.Request(path: lab["nosuch"])),
            ("a stream", client.Request(path: lab["nn/ctl"])),
            ("65,535 bytes", new byte[65_535]),
        ];
        foreach ((string what, byte[] request) in wrong)
        {
            using LocalRawClient caller = new(lab["nn"]);
            caller.Connect();
            Task<byte[]> asking = Task.Run(() =>
            {
                caller.Control.Send(request);
                return caller.Reply();
            }, TestContext.Current.CancellationToken);
            await ServeUntilAsync(ours, () => asking.IsCompleted);
            byte[] reply = await asking;
            Assert.True(reply.Length == 0, $"{what}: {reply.Length} bytes");
        }
        client.Data.Dispose();
    }

    [Fact]
    public async Task ARequestMayComeInPiecesAndAReplyIs110Bytes()
    {
        await using LocalLab lab = new();
        using IPlug ours = Open("hub", lab["nn"]);
        using LocalRawClient client = new(lab["nn"]);
        client.Connect();
        client.Bind();
        foreach (byte one in client.Request(""))
        {
            client.Control.Send([one]);
            ours.Receive(new FrameBatch());
        }

        Task<byte[]> reading = Task.Run(client.Reply, TestContext.Current.CancellationToken);
        await ServeUntilAsync(ours, () => reading.IsCompleted);

        byte[] reply = await reading;
        Assert.Equal(110, reply.Length);
        Assert.Equal([1, 0], reply[..2]);
    }

    [Fact]
    public async Task AClientThatSaysNothingStopsNobody()
    {
        await using LocalLab lab = new();
        using IPlug ours = Open("hub", lab["nn"]);
        List<LocalRawClient> silent = [];
        for (int i = 0; i < 300; i++)
        {
            LocalRawClient one = new(lab["nn"]);
            one.Connect();
            silent.Add(one);
            ours.Receive(new FrameBatch());
        }
        using LocalRawClient client = new(lab["nn"]);
        Task<string> joining = Task.Run(() => client.Join(), TestContext.Current.CancellationToken);

        await ServeUntilAsync(ours, () => joining.IsCompleted);

        await joining;
        // The kernel gives a closed connection away: nothing more comes of the oldest.
        Assert.Empty(silent[0].Reply());
        silent.ForEach(one => one.Dispose());
    }

    [Fact]
    public async Task AThousandClientsThatVanishAtEveryStepLeaveNothing()
    {
        await using LocalLab lab = new();
        using IPlug ours = Open("switch", lab["nn"]);
        FrameBatch batch = new();
        int descriptors = 0;
        // The first round makes what is made once.
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 1000; i++)
            {
                Vanish(ours, lab["nn"], i % 6);
                batch.Clear();
                batch.AddPlain(LocalFrames.Make());
                ours.Send(batch, [0]);
            }
            await ServeUntilAsync(ours, () => LocalLab.Sockets(lab["nn"]) == 0 && ours.Receive(new FrameBatch()).Errno == Errnos.Again);
            int now = Descriptors();
            Assert.True(round == 0 || now <= descriptors + 2, $"{descriptors} descriptors before, {now} now");
            descriptors = now;
        }
        foreach (string left in Directory.EnumerateFileSystemEntries(lab["nn"], ".raw-*"))
        {
            File.Delete(left);
        }
    }

    [Fact]
    public async Task WhatIsNoFrameIsPassedOver()
    {
        await using LocalLab lab = new();
        using IPlug ours = Open("hub", lab["nn"]);
        using LocalRawClient client = await JoinAsync(ours, lab["nn"]);
        client.Data.SendBufferSize = 1 << 20;
        byte[] frame = LocalFrames.Make();
        client.Data.Send(Array.Empty<byte>());
        client.Data.Send(new byte[13]);
        client.Data.Send(new byte[FrameBatch.MaxPlainFrameBytes + 1]);
        client.Data.Send(new byte[65_535]);
        client.Data.Send(frame);
        FrameBatch batch = new();

        await Wait.UntilAsync("the frame is there", () => ours.Receive(batch).Frames > 0);

        Assert.Equal(1, batch.Count);
        Assert.Equal(frame, batch.Frame(0));
    }

    [Fact]
    public async Task ANodeThatDoesNotReadStopsNobody()
    {
        await using LocalLab lab = new();
        using IPlug ours = Open("hub", lab["nn"]);
        using LocalRawClient deaf = await JoinAsync(ours, lab["nn"]);
        using LocalRawClient client = await JoinAsync(ours, lab["nn"]);
        FrameBatch batch = new();
        batch.AddPlain(LocalFrames.Make(1514));

        for (int i = 0; i < 5_000; i++)
        {
            Assert.Equal(1, ours.Send(batch, [0]).Frames);
            Assert.Equal(1514, client.Receive().Length);
        }
    }

    [Fact]
    public async Task NodesComeAndGoWhileOthersSend()
    {
        await using LocalLab lab = new();
        using IPlug ours = Open("hub", lab["nn"]);
        using CancellationTokenSource done = new();
        Task[] sending = [.. Enumerable.Range(0, 2).Select(_ => Task.Factory.StartNew(() =>
        {
            FrameBatch batch = new();
            batch.AddPlain(LocalFrames.Make());
            while (!done.IsCancellationRequested)
            {
                ours.Send(batch, [0]);
            }
        }, TaskCreationOptions.LongRunning))];

        for (int i = 0; i < 300; i++)
        {
            using LocalRawClient client = await JoinAsync(ours, lab["nn"]);
            Assert.Equal(60, client.Receive().Length);
        }
        await done.CancelAsync();
        await Task.WhenAll(sending);

        await ServeUntilAsync(ours, () => LocalLab.Sockets(lab["nn"]) == 0);
    }

    [Fact]
    public async Task ASwitchKeepsVlansApartAndForgetsWhoHasLeft()
    {
        await using LocalLab lab = new();
        using IPlug ours = Open("switch", lab["nn"]);
        using LocalRawClient one = await JoinAsync(ours, lab["nn"]);
        using LocalRawClient two = await JoinAsync(ours, lab["nn"]);
        FrameBatch batch = new();
        byte[] tagged = LocalFrames.Make(from: s_one);
        (tagged[12], tagged[13], tagged[14], tagged[15]) = (0x81, 0, 0x0f, 0xff);
        one.Data.Send(tagged);
        await Wait.UntilAsync("the switch has learned", () => ours.Receive(batch).Frames > 0);
        Assert.Equal(tagged, two.Receive());
        batch.Clear();

        byte[] other = LocalFrames.Make(to: s_one);
        byte[] same = LocalFrames.Make(to: s_one);
        (same[12], same[13], same[14], same[15]) = (0x81, 0, 0xef, 0xff);
        batch.AddPlain(same);
        batch.AddPlain(other);
        Assert.Equal(2, ours.Send(batch, [0, 1]).Frames);
        Assert.Equal(same, one.Receive());
        Assert.Equal(other, one.Receive());
        Assert.Equal(other, two.Receive());

        one.Control.Dispose();
        await ServeUntilAsync(ours, () => LocalLab.Sockets(lab["nn"]) == 1);
        using LocalRawClient third = await JoinAsync(ours, lab["nn"]);
        Assert.Equal(2, ours.Send(batch, [0, 1]).Frames);
        Assert.Equal(same, third.Receive());
        Assert.Equal(same, two.Receive());
    }

    static void Vanish(IPlug ours, string directory, int step)
    {
        using LocalRawClient client = new(directory);
        client.Connect();
        if (step == 0)
        {
            return;
        }
        client.Bind();
        byte[] request = client.Request();
        client.Control.Send(request[..(step == 1 ? 50 : request.Length)]);
        if (step <= 2)
        {
            return;
        }
        ours.Receive(new FrameBatch());
        ours.Receive(new FrameBatch());
        if (step == 3)
        {
            return;
        }
        string peer = System.Text.Encoding.UTF8.GetString(client.Reply().AsSpan(2)).TrimEnd('\0');
        if (step == 4)
        {
            return;
        }
        client.Data.Connect(new UnixDomainSocketEndPoint(peer));
        client.Data.Send(LocalFrames.Make());
    }

    static async Task<LocalRawClient> JoinAsync(IPlug ours, string directory)
    {
        LocalRawClient client = new(directory);
        Task<string> joining = Task.Run(() => client.Join(), TestContext.Current.CancellationToken);
        await ServeUntilAsync(ours, () => joining.IsCompleted);
        await joining;
        return client;
    }

    static Task ServeUntilAsync(IPlug ours, Func<bool> condition)
    {
        FrameBatch batch = new();
        return Wait.UntilAsync("clients are served", () =>
        {
            batch.Clear();
            Assert.Contains(ours.Receive(batch).Errno, (int[])[0, Errnos.Again]);
            return condition();
        });
    }

    static IPlug Open(string kind, string path, params UvdelParameter[] parameters) =>
        new PlugOpening { Description = "test" }.Open(new Uvdel(kind, path, [.. parameters], null));

    /// <summary>The host, and two nodes.</summary>
    static async Task<(LocalEnd, LocalEnd, LocalEnd)> ThreeAsync(LocalLab lab, string kind, bool isServedByDebian)
    {
        string path = lab["nn"];
        if (isServedByDebian)
        {
            LocalEnd host = lab.Debian($"{kind}://{path}");
            await Wait.UntilAsync("Debian's listens", () => Listening.At(Path.Combine(path, "ctl")));
            List<LocalEnd> nodes = [];
            foreach (string name in (string[])["one", "two"])
            {
                RealSwitch between = await lab.SwitchAsync(name, "--hub");
                lab.Ours(path, between.Directory);
                await between.HasAsync(1);
                nodes.Add(await lab.DebianAsync(between.Directory));
            }
            await GreetAsync(kind, host, nodes[0], nodes[1]);
            return (host, nodes[0], nodes[1]);
        }
        RealSwitch near = await lab.SwitchAsync("near", "--hub");
        lab.Ours($"{kind}://{path}", near.Directory);
        await near.HasAsync(1);
        LocalEnd behind = await lab.DebianAsync(near.Directory);
        LocalEnd first = await lab.DebianAsync(path);
        LocalEnd second = await lab.DebianAsync(path);
        await GreetAsync(kind, behind, first, second);
        return (behind, first, second);
    }

    static async Task GreetAsync(string kind, LocalEnd host, LocalEnd one, LocalEnd two)
    {
        await one.ReachesAsync(host);
        await two.ReachesAsync(host);
        await host.ReachesAsync(one);
        await host.ReachesAsync(two);
    }

    /// <summary>Each of them gets these frames next.</summary>
    static async Task ExpectAsync(byte[][] frames, params LocalEnd[] ends)
    {
        foreach (LocalEnd end in ends)
        {
            foreach (byte[] frame in frames)
            {
                Assert.Equal(frame, await end.NextAsync());
            }
        }
    }

    static async Task<string> ModeAsync(string path) => (await Running.ToEndAsync(["stat", "-c", "%a", path])).Exited(0).Out.Trim();

    static int Descriptors()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(path => new FileInfo(path).LinkTarget?.StartsWith("socket:", StringComparison.Ordinal) == true);
    }
}

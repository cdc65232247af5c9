using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Xunit;

namespace Vdeorch.SystemTests.DataPlane;

/// <summary>Frames of real interfaces through a runtime.</summary>
[Collection("data plane")]
public sealed class TrafficTests : IDisposable
{
    readonly Lab lab = new();
    readonly RunningRuntime runtime = new();

    public void Dispose()
    {
        runtime.Dispose();
        lab.Dispose();
    }

    [Fact]
    public void HostsOfASwitchReachEachOtherAndAreLearned()
    {
        runtime.SetSwitch("lan");
        runtime.AddPorts("lan", ("a/vde0", lab.AddHost(1)), ("b/vde0", lab.AddHost(2)));

        Assert.Equal(100, Echo(1, 2, rounds: 100));

        Assert.Equal(["a/vde0", "b/vde0"], runtime.Macs("lan").Select(entry => entry.Port).Order());
        Assert.All(runtime.State.Ports, port =>
        {
            Assert.InRange(port.RxFrames, 100, 200);
            Assert.InRange(port.TxFrames, 100, 200);
            Assert.Equal((0, null), (port.Dropped, port.Fault));
        });
    }

    [Fact]
    public void SwitchesAreStrangersToEachOther()
    {
        runtime.SetSwitch("lan");
        runtime.SetSwitch("dmz");
        runtime.AddPorts("lan", ("a/vde0", lab.AddHost(1)));
        runtime.AddPorts("dmz", ("b/vde0", lab.AddHost(2)));
        using Socket from = lab.Udp(1);
        from.SendTo(new byte[1], new IPEndPoint(Lab.Address(2), 7));

        Eventually.True(() => runtime.Port("a/vde0").RxFrames > 0, "a frame of a");
        Assert.Equal(0, runtime.Port("b/vde0").TxFrames);
    }

    [Fact]
    public void ASuperFrameCrossesWhole()
    {
        runtime.SetSwitch("lan");
        runtime.AddPorts("lan", ("a/vde0", lab.AddHost(1)), ("b/vde0", lab.AddHost(2)));
        (Socket client, Socket server) = lab.Tcp(1, 2);
        using (client)
        using (server)
        {
            Transfer(client, server, megabytes: 100);
        }

        PortState[] ports = [];
        Eventually.True(
            () => (ports = [.. runtime.State.Ports])[0].RxFrames == ports[1].TxFrames && ports[0].RxBytes == ports[1].TxBytes,
            "what came in at a went out at b");
        Assert.InRange(ports[0].RxBytes, 100 * 1024 * 1024, long.MaxValue);
        Assert.True(ports[0].RxBytes / ports[0].RxFrames > 8_000, $"{ports[0].RxBytes} bytes came in {ports[0].RxFrames} frames");
    }

    [Fact]
    public void AHubShowsEverythingToEveryoneAndASwitchDoesNot()
    {
        runtime.SetSwitch("lan");
        runtime.AddPorts("lan", ("a/vde0", lab.AddHost(1)), ("b/vde0", lab.AddHost(2)), ("c/vde0", lab.AddHost(3)));
        Assert.Equal(1, Echo(1, 2, rounds: 1));
        long before = runtime.Port("c/vde0").TxFrames;

        Assert.Equal(50, Echo(1, 2, rounds: 50));
        Assert.Equal(before, runtime.Port("c/vde0").TxFrames);

        runtime.SetSwitch("lan", hub: true);
        Assert.Equal(50, Echo(1, 2, rounds: 50));
        // The last reply may be with its host before it is with c.
        Eventually.True(() => runtime.Port("c/vde0").TxFrames >= before + 100, "c has seen them all");
        Assert.InRange(runtime.Port("c/vde0").TxFrames, before + 100, before + 110);
        Assert.Empty(runtime.Macs("lan"));
    }

    [Fact]
    public void AnAddressThatIsSilentIsForgotten()
    {
        runtime.SetSwitch("lan", macAgeMs: 300);
        runtime.AddPorts("lan", ("a/vde0", lab.AddHost(1)), ("b/vde0", lab.AddHost(2)));
        Assert.Equal(1, Echo(1, 2, rounds: 1));

        Eventually.True(() => runtime.Macs("lan").IsEmpty, "no address left");
        Assert.Equal(1, Echo(1, 2, rounds: 1));
        Assert.NotEmpty(runtime.Macs("lan"));
    }

    [Fact]
    public void ATcpConnectionSurvivesReplugging()
    {
        runtime.SetSwitch("lan");
        runtime.SetSwitch("other");
        runtime.AddPorts("lan", ("a/vde0", lab.AddHost(1)), ("b/vde0", lab.AddHost(2)));
        (Socket client, Socket server) = lab.Tcp(1, 2);
        using (client)
        using (server)
        {
            Transfer(client, server, megabytes: 1);
            string[] stations = ["other", "lan", "other"];
            foreach (string station in stations)
            {
                runtime.Do(new RuntimeRequest { Replug = [new PortSettings("a/vde0", null), new PortSettings("b/vde0", null)] });
                runtime.Do(new RuntimeRequest { Replug = [new PortSettings("a/vde0", station), new PortSettings("b/vde0", station)] });
                Transfer(client, server, megabytes: 1);
                Assert.Equal(station, runtime.Port("a/vde0").Switch);
            }
        }
    }

    [Fact]
    public void AddingAndRemovingPortsLosesNothingOfTheOthers()
    {
        runtime.SetSwitch("lan", ports: 300);
        runtime.AddPorts("lan", ("a/vde0", lab.AddHost(1)), ("b/vde0", lab.AddHost(2)));
        using Fd third = lab.AddHost(3);
        List<Fd> taps = lab.AddTaps(3, 200);
        bool stop = false;
        (int Sent, int Back) echoed = default;
        Thread flood = new(() => echoed = EchoUntil(1, 2, () => Volatile.Read(ref stop)));
        flood.Start();

        foreach ((Fd Tap, int Index)[] chunk in taps.Select((tap, index) => (tap, index)).Chunk(20))
        {
            runtime.AddPorts("lan", [.. chunk.Select(one => ($"c/more{one.Index}", one.Tap))]);
        }
        Assert.Equal(202, runtime.State.Ports.Length);
        foreach (int[] chunk in Enumerable.Range(0, 200).Chunk(20))
        {
            runtime.Do(new RuntimeRequest { RemovePorts = [.. chunk.Select(index => $"c/more{index}")] });
        }
        Volatile.Write(ref stop, true);
        flood.Join();

        Assert.InRange(echoed.Sent, 1_000, int.MaxValue);
        Assert.Equal(echoed.Sent, echoed.Back);
        // Closed for good: a tap that is not persistent goes with its last descriptor.
        Assert.False(lab.HasLink(3, "more0"));
        Assert.False(lab.HasLink(3, "more199"));
    }

    [Fact]
    public void APortWhoseTapIsDeletedIsReportedAndCostsNothing()
    {
        runtime.SetSwitch("lan");
        runtime.AddPorts("lan", ("a/vde0", lab.AddHost(1)), ("b/vde0", lab.AddHost(2)), ("c/vde0", lab.AddHost(3)));

        lab.DeleteLink(3, "vde0");

        Eventually.True(() => runtime.Port("c/vde0").Fault is not null, "the fault is reported");
        Assert.Equal(10, Echo(1, 2, rounds: 10));
        Eventually.True(Workers.AreStill, "every worker waits, and goes on waiting");
        runtime.Do(new RuntimeRequest { RemovePorts = ["c/vde0"] });
    }

    [Fact]
    public void AnIdleWorkerIsNotWoken()
    {
        runtime.SetSwitch("lan");
        runtime.AddPorts("lan", ("a/vde0", lab.AddHost(1)), ("b/vde0", lab.AddHost(2)));
        Assert.Equal(10, Echo(1, 2, rounds: 10));
        Eventually.True(() => Workers.AreStill() && Workers.WaitForEver(), "every worker waits, without an end");
    }

    int Echo(int from, int to, int rounds)
    {
        int left = rounds;
        return EchoUntil(from, to, () => left-- == 0).Back;
    }

    // One datagram at a time, there and back: what is missing was lost. Ends with the first lost one.
    (int Sent, int Back) EchoUntil(int from, int to, Func<bool> stop)
    {
        using Socket asking = lab.Udp(from);
        using Socket echoing = lab.Udp(to);
        byte[] sent = new byte[32];
        byte[] back = new byte[64];
        int count = 0;
        while (!stop())
        {
            BitConverter.TryWriteBytes(sent, ++count);
            try
            {
                asking.SendTo(sent, new IPEndPoint(Lab.Address(to), 7));
                EndPoint sender = new IPEndPoint(IPAddress.Any, 0);
                int bytes = echoing.ReceiveFrom(back, ref sender);
                echoing.SendTo(back.AsSpan(0, bytes), sender);
                Assert.Equal(sent.Length, asking.Receive(back));
            }
            catch (SocketException lost) when (lost.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                return (count, count - 1);
            }
            Assert.Equal(sent, back[..sent.Length]);
        }
        return (count, count);
    }

    static void Transfer(Socket from, Socket to, int megabytes)
    {
        byte[] sent = new byte[1024 * 1024];
        new Random(1).NextBytes(sent);
        Thread sender = new(() =>
        {
            for (int i = 0; i < megabytes; i++)
            {
                from.Send(sent);
            }
        });
        sender.Start();
        byte[] received = new byte[sent.Length];
        to.ReceiveTimeout = 20_000;
        for (int i = 0; i < megabytes; i++)
        {
            for (int at = 0; at < received.Length;)
            {
                int count = to.Receive(received, at, received.Length - at, SocketFlags.None);
                Assert.NotEqual(0, count);
                at += count;
            }
            Assert.True(sent.AsSpan().SequenceEqual(received));
        }
        sender.Join();
    }

    /// <summary>The worker threads of this process, as the kernel counts them.</summary>
    static class Workers
    {
        const int Looks = 20;

        /// <summary>Whether they wait in epoll and have used no time between any two of many looks; one that spins, or is woken again and again, has.</summary>
        public static bool AreStill()
        {
            string before = RunTimes();
            for (int look = 0; look < Looks; look++)
            {
                Thread.Yield();
                if (!Calls().All(call => call.IsWait) || RunTimes() != before)
                {
                    return false;
                }
            }
            return true;
        }

        /// <summary>Whether only an event wakes them: the time they wait for has no end.</summary>
        public static bool WaitForEver() => Calls().All(call => call is { IsWait: true, Timeout: -1 });

        // "CALL ARGUMENT…", the call in decimal and its arguments in hexadecimal; "running" for one that is in none: proc(5).
        static IEnumerable<(bool IsWait, int Timeout)> Calls() => Tasks().Select(task =>
        {
            string[] words = File.ReadAllText(Path.Combine(task, "syscall")).Split(' ');
            int wait = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 232 : 22;
            return (words[0] == wait.ToString(CultureInfo.InvariantCulture), words.Length > 4 ? (int)Convert.ToUInt64(words[4], 16) : 0);
        });

        static string RunTimes() => string.Join(' ', Tasks().Select(task => File.ReadAllText(Path.Combine(task, "schedstat")).Split(' ')[0]));

        static string[] Tasks()
        {
            string[] tasks = [.. Directory.GetDirectories("/proc/self/task").Where(task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("worker-", StringComparison.Ordinal))];
            Assert.NotEmpty(tasks);
            return tasks;
        }
    }
}

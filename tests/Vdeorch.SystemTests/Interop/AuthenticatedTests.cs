using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>agno:// with mode=aead, which only vdeorch has: between two processes, beside those who do not speak it, and under somebody who sends again what he heard.</summary>
[Collection(nameof(OverlayTests))]
public class AuthenticatedTests
{
    const string Here = "10.50.0.1";
    const string There = "10.50.0.2";

    [Fact]
    public async Task TwoHostsReachEachOther()
    {
        using Key key = new();
        await using OverlayLab lab = await OverlayLab.MakeAsync();
        await lab.JoinAsync(1, Tool.Ours, "t0", Here, key.Over("vxvde://"), mtu: 1400);
        await lab.JoinAsync(2, Tool.Ours, "t0", There, key.Over("vxvde://"), mtu: 1400);

        await lab.PingsAsync(1, There);
        await lab.PingsAllAsync(1, There, "-s", "1300");
        await lab.PingsAllAsync(2, Here);
    }

    [Fact]
    public async Task AClassicPeerOfTheSameKeyIsRefusedAndRefuses()
    {
        Host.Needs("vde_switch", "vde_plug");
        using Key key = new();
        await using LocalLab lab = new();
        RealSwitch hub = await lab.SwitchAsync("hub", "-x");
        string classic = $"agno://{key.Path}{{vde://{hub.Directory}}}";
        (LocalEnd one, LocalEnd other) = (lab.OurEnd(key.Over($"vde://{hub.Directory}")), lab.OurEnd(key.Over($"vde://{hub.Directory}")));
        (LocalEnd debian, LocalEnd ourClassic) = (lab.Debian(classic), lab.OurEnd(classic));
        await one.ReachesAsync(other);
        await other.ReachesAsync(one);
        await debian.ReachesAsync(ourClassic);
        await ourClassic.ReachesAsync(debian);

        // The first two are heard by the other of their kind, and before them was what the other kind sent.
        byte[] secret = LocalFrames.Make(100);
        byte[] open = LocalFrames.Make(100);
        await one.SendAsync(secret);
        Assert.Equal(secret, await other.NextAsync());
        await debian.SendAsync(open);
        Assert.Equal(open, await ourClassic.NextAsync());
        byte[] last = LocalFrames.Make(100);
        await ourClassic.SendAsync(last);
        Assert.Empty(await debian.UntilAsync(last));
        byte[] end = LocalFrames.Make(100);
        await other.SendAsync(end);
        Assert.Empty(await one.UntilAsync(end));
    }

    [Fact]
    public async Task WhatIsSentAgainIsNotDelivered()
    {
        using Key key = new();
        await using OverlayLab lab = await OverlayLab.MakeAsync();
        await using Eavesdropper wire = new(lab);
        await using LocalEnd left = wire.Left(key);
        await using LocalEnd right = wire.Right(key);
        await left.ReachesAsync(right);
        await right.ReachesAsync(left);
        byte[][] frames = [.. Enumerable.Range(0, 20).Select(_ => LocalFrames.Make(100))];
        await left.SendAsync(frames);
        foreach (byte[] frame in frames)
        {
            Assert.Equal(frame, await right.NextAsync());
        }

        // To its receiver, and back to its sender.
        wire.SendAgain();

        byte[] there = LocalFrames.Make(100);
        byte[] back = LocalFrames.Make(100);
        await left.SendAsync(there);
        await right.SendAsync(back);
        Assert.Empty(await right.UntilAsync(there));
        Assert.Empty(await left.UntilAsync(back));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AfterARestartTrafficReturnsAndNothingOldDoes(bool killed)
    {
        using Key key = new();
        await using OverlayLab lab = await OverlayLab.MakeAsync();
        await using Eavesdropper wire = new(lab);
        await using LocalEnd left = wire.Left(key);
        await using (LocalEnd right = wire.Right(key))
        {
            await left.ReachesAsync(right);
            await right.ReachesAsync(left);
            byte[] frame = LocalFrames.Make(100);
            await left.SendAsync(frame);
            Assert.Equal(frame, await right.NextAsync());
            await right.SendAsync(frame);
            Assert.Equal(frame, await left.NextAsync());
            if (killed)
            {
                right.Kill();
            }
            else
            {
                right.Close();
            }
            await right.EndAsync(TimeSpan.FromSeconds(10));
        }

        await using LocalEnd again = wire.Right(key);
        await again.ReachesAsync(left);
        await left.ReachesAsync(again);
        wire.SendAgain();

        byte[] there = LocalFrames.Make(100);
        await left.SendAsync(there);
        Assert.Empty(await again.UntilAsync(there));
        byte[] back = LocalFrames.Make(100);
        await again.SendAsync(back);
        Assert.Empty(await left.UntilAsync(back));
        // A nonce is a sender and a number: behind addresses, EtherType, two bytes of kind, two of length, four of time.
        string[] nonces = [.. wire.Heard.Where(datagram => datagram.Length > 42).Select(datagram => Convert.ToHexString(datagram.AsSpan(22, 20)))];
        Assert.Equal(3, nonces.Select(nonce => nonce[..24]).Distinct().Count());
        Assert.Equal(nonces.Length, nonces.Distinct().Count());
    }

    /// <summary>A random secret in a file.</summary>
    sealed class Key : IDisposable
    {
        public Key() => File.WriteAllText(Path, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));

        public string Path { get; } = System.IO.Path.GetTempFileName();

        public string Over(string nested) => $"agno://{Path}[mode=aead]{{{nested}}}";

        public void Dispose() => File.Delete(Path);
    }

    /// <summary>The wire between two ends on host 1, by way of host 2: passes each datagram on, and keeps it.</summary>
    sealed class Eavesdropper : IAsyncDisposable
    {
        const int LeftPort = 10_001;
        const int RightPort = 10_002;
        const int WirePort = 10_003;

        readonly OverlayLab lab;
        readonly Socket socket;
        readonly ConcurrentQueue<(byte[] Datagram, int To)> heard = new();
        readonly Thread thread;
        volatile bool isOver;

        public Eavesdropper(OverlayLab lab)
        {
            this.lab = lab;
            socket = lab.Udp(2, IPAddress.Parse("10.9.0.2"), WirePort);
            socket.ReceiveTimeout = 50;
            thread = new Thread(Pass);
            thread.Start();
        }

        /// <summary>What was sent, each datagram once.</summary>
        public IEnumerable<byte[]> Heard => heard.Select(one => one.Datagram);

        public LocalEnd Left(Key key) => End(key, LeftPort);

        public LocalEnd Right(Key key) => End(key, RightPort);

        /// <summary>Everything that was heard until now, once more, to both.</summary>
        public void SendAgain()
        {
            foreach ((byte[] datagram, _) in heard.ToArray())
            {
                Send(datagram, LeftPort);
                Send(datagram, RightPort);
            }
        }

        public ValueTask DisposeAsync()
        {
            isOver = true;
            thread.Join();
            socket.Dispose();
            return ValueTask.CompletedTask;
        }

        LocalEnd End(Key key, int port) =>
            new(lab.Inside(1, Host.Current.Binary, "plug", key.Over($"udp://10.9.0.1:{port}->10.9.0.2:{WirePort}")), Host.Current.Environment(Who.Root));

        void Pass()
        {
            byte[] datagram = new byte[10_000];
            while (!isOver)
            {
                try
                {
                    EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                    int length = socket.ReceiveFrom(datagram, ref from);
                    int to = ((IPEndPoint)from).Port == LeftPort ? RightPort : LeftPort;
                    heard.Enqueue((datagram[..length], to));
                    Send(datagram[..length], to);
                }
                catch (SocketException nothing) when (nothing.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock or SocketError.ConnectionRefused)
                {
                    // Nobody speaks, or nobody was there to hear it.
                }
            }
        }

        void Send(byte[] datagram, int port)
        {
            try
            {
                socket.SendTo(datagram, new IPEndPoint(IPAddress.Parse("10.9.0.1"), port));
            }
            catch (SocketException gone) when (gone.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // The answer to an earlier one.
            }
        }
    }
}

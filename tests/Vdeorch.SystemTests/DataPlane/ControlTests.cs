using System.Text;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Taps;
using Vdeorch.Model.Runtime;
using Xunit;

namespace Vdeorch.SystemTests.DataPlane;

/// <summary>The control socket, by its own protocol.</summary>
[Collection("data plane")]
public sealed class ControlTests : IDisposable
{
    readonly Lab lab = new();
    readonly RunningRuntime runtime = new();

    public void Dispose()
    {
        runtime.Dispose();
        lab.Dispose();
    }

    [Fact]
    public void APortForAMissingSwitchChangesNothingAndKeepsNoDescriptor()
    {
        runtime.SetSwitch("lan");
        using (Fd one = lab.AddHost(1))
        using (Fd two = lab.AddHost(2))
        {
            RuntimeReply reply = runtime.Ask(new RuntimeRequest { AddPorts = [new PortSettings("a", "lan"), new PortSettings("b", "wan")] }, one, two);
            Assert.Equal("there is no switch 'wan'", reply.Error);
        }

        Assert.Empty(runtime.State.Ports);
        Assert.False(lab.HasLink(1, "vde0"));
        Assert.False(lab.HasLink(2, "vde0"));
    }

    [Fact]
    public void ASwitchTakesNoMorePortsThanItHas()
    {
        runtime.SetSwitch("lan", ports: 2);
        runtime.AddPorts("lan", ("a", lab.AddHost(1)), ("b", lab.AddHost(2)));
        using Fd third = lab.AddHost(3);

        Assert.Contains("do not fit", runtime.Ask(new RuntimeRequest { AddPorts = [new PortSettings("c", "lan")] }, third).Error, StringComparison.Ordinal);
        Assert.Contains("more than 1", runtime.Ask(new RuntimeRequest { SetSwitch = new SwitchSettings("lan", 1, 1_000, false) }).Error, StringComparison.Ordinal);
        Assert.Contains("has ports", runtime.Ask(new RuntimeRequest { RemoveSwitch = "lan" }).Error, StringComparison.Ordinal);

        runtime.AddPorts(null, ("c", third));
        Assert.Contains("do not fit", runtime.Ask(new RuntimeRequest { Replug = [new PortSettings("c", "lan")] }).Error, StringComparison.Ordinal);
        runtime.Do(new RuntimeRequest { Replug = [new PortSettings("c", "lan"), new PortSettings("a", null)] });
        Assert.Equal([("a", null), ("b", "lan"), ("c", "lan")], runtime.State.Ports.Select(port => (port.Name, port.Switch)));
    }

    [Fact]
    public void APortAddedAgainTakesThePlaceOfTheOldOne()
    {
        runtime.SetSwitch("lan");
        runtime.AddPorts("lan", ("a", lab.AddHost(1)), ("b", lab.AddHost(2)));
        List<Fd> duplicates = [];
        Assert.Null(runtime.Ask(new RuntimeRequest { HandOver = ["b"] }, duplicates).Error);

        runtime.AddPorts("lan", ("b", Assert.Single(duplicates)));

        Assert.Equal([("a", 1), ("b", 2)], runtime.State.Ports.Select(port => (port.Name, port.Number)));
        Assert.True(lab.HasLink(2, "vde0"));
        runtime.Do(new RuntimeRequest { RemovePorts = ["b"] });
        Assert.False(lab.HasLink(2, "vde0"));
    }

    [Fact]
    public void WhatWasHandedOverLivesOnWithoutTheRuntime()
    {
        runtime.AddPorts(null, ("a", lab.AddHost(1)), ("b", lab.AddHost(2)));
        List<Fd> duplicates = [];
        Assert.Equal("there is no port 'z'", runtime.Ask(new RuntimeRequest { HandOver = ["a", "z"] }, duplicates).Error);
        Assert.Empty(duplicates);
        Assert.Null(runtime.Ask(new RuntimeRequest { HandOver = ["b", "a"] }, duplicates).Error);

        Assert.Equal(0, runtime.Stop());

        Assert.Equal(2, duplicates.Count);
        Assert.True(lab.HasLink(1, "vde0"));
        duplicates[1].Dispose();
        Assert.False(lab.HasLink(1, "vde0"));
        Assert.True(lab.HasLink(2, "vde0"));
        duplicates[0].Dispose();
    }

    [Fact]
    public void DescriptorsThatAreNoTapsOrTooFewAreRefused()
    {
        using EventFd other = new();
        using Fd tap = lab.AddHost(1);

        Assert.Contains("TUNGETIFF", runtime.Ask(new RuntimeRequest { AddPorts = [new PortSettings("a", null)] }, other.Fd).Error, StringComparison.Ordinal);
        Assert.Equal("0 descriptors came for 1 ports", runtime.Ask(new RuntimeRequest { AddPorts = [new PortSettings("a", null)] }).Error);
        Assert.Equal("1 descriptors came for 0 ports", runtime.Ask(new RuntimeRequest { GetState = 0 }, tap).Error);
        Assert.Empty(runtime.State.Ports);
    }

    [Fact]
    public void AMalformedDatagramGetsAnErrorAndTheConnectionGoesOn()
    {
        using SeqPacketSocket client = RunningRuntime.Connect(runtime.ControlPath);

        Assert.Contains("malformed", RunningRuntime.Ask(client, "{nonsense"u8, [], []).Error, StringComparison.Ordinal);
        Assert.Contains("longer than", RunningRuntime.Ask(client, new byte[RuntimeRequest.MaxBytes + 1], [], []).Error, StringComparison.Ordinal);
        Assert.NotNull(RunningRuntime.Ask(client, RuntimeCodec.Write(new RuntimeRequest { GetState = 0 }), [], []).State);
    }

    [Fact]
    public void TheStateSocketTellsButDoesNotObey()
    {
        runtime.SetSwitch("lan");
        using SeqPacketSocket client = RunningRuntime.Connect(runtime.StatePath);

        Assert.Contains("only answers", RunningRuntime.Ask(client, RuntimeCodec.Write(new RuntimeRequest { Stop = true }), [], []).Error, StringComparison.Ordinal);
        Assert.Contains("only answers", RunningRuntime.Ask(client, RuntimeCodec.Write(new RuntimeRequest { RemoveSwitch = "lan" }), [], []).Error, StringComparison.Ordinal);
        Assert.Equal("lan", Assert.Single(RunningRuntime.Ask(client, RuntimeCodec.Write(new RuntimeRequest { GetState = 0 }), [], []).State!.Switches).Name);
        Assert.Empty(RunningRuntime.Ask(client, RuntimeCodec.Write(new RuntimeRequest { GetMacs = new MacTableQuery("lan", 0) }), [], []).Macs!.Value);
    }

    [Fact]
    public void RequestsAreAnsweredOnceAndInOrder()
    {
        using SeqPacketSocket client = RunningRuntime.Connect(runtime.ControlPath);
        for (int i = 0; i < 50; i++)
        {
            client.Send(Encoding.UTF8.GetBytes($"{{\"version\":1,\"removeSwitch\":\"s{i}\"}}"), []);
        }

        for (int i = 0; i < 50; i++)
        {
            Assert.Equal($"there is no switch 's{i}'", RunningRuntime.Read(client, []).Error);
        }
    }

    [Fact]
    public void AClientThatDoesNotReadIsDroppedAndKeepsNobodyWaiting()
    {
        using SeqPacketSocket deaf = RunningRuntime.Connect(runtime.ControlPath);
        byte[] request = RuntimeCodec.Write(new RuntimeRequest { RemoveSwitch = new string('x', 60_000) });
        LinuxException? refused = null;
        long deadline = Environment.TickCount64 + 30_000;
        while (refused is null && Environment.TickCount64 < deadline)
        {
            refused = Record.Exception(() => deaf.Send(request, [])) as LinuxException;
            long asked = Environment.TickCount64;
            Assert.NotNull(runtime.State);
            Assert.InRange(Environment.TickCount64 - asked, 0, 2_000);
        }

        Assert.NotNull(refused);
    }

    [Fact]
    public void AListTooLongForOneMessageComesInPages()
    {
        using Fd host = lab.AddHost(1);
        string suffix = new('n', 900);
        List<Fd> taps = lab.AddTaps(1, 200);
        foreach ((Fd Tap, int Index)[] chunk in taps.Select((tap, index) => (tap, index)).Chunk(100))
        {
            runtime.AddPorts(null, [.. chunk.Select(one => ($"{one.Index}-{suffix}", one.Tap))]);
        }

        List<string> names = [];
        int pages = 0;
        for (int? from = 0; from is not null; pages++)
        {
            RuntimeReply reply = runtime.Ask(new RuntimeRequest { GetState = from });
            names.AddRange(reply.State!.Ports.Select(port => port.Name));
            from = reply.Next;
        }

        Assert.InRange(pages, 2, 4);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i}-{suffix}"), names);
    }

    [Fact]
    public void StartingAndStoppingLeavesNoDescriptorOpen()
    {
        static int Open() => Directory.GetFiles("/proc/self/fd").Length;

        using (new RunningRuntime())
        {
        }
        int before = Open();
        for (int i = 0; i < 50; i++)
        {
            using RunningRuntime another = new();
            another.SetSwitch("lan");
        }

        // Other tests of this process come and go; fifty times anything would show.
        Assert.InRange(Open() - before, int.MinValue, 40);
    }

    [Fact]
    public void ATapIsOpenedOnceAndAttachedAgainWhenItPersists()
    {
        using Fd host = lab.AddHost(1);
        using (Fd tap = lab.In(1, () => Tap.Open("kept", persistent: true)))
        {
            Assert.Equal(16, Assert.Throws<LinuxException>(() => lab.In(1, () => Tap.Open("kept", persistent: true))).Errno);
        }
        Assert.True(lab.HasLink(1, "kept"));

        using (Fd again = lab.In(1, () => Tap.Open("kept", persistent: true)))
        {
            Tap.SetPersistent(again, false);
        }

        Assert.False(lab.HasLink(1, "kept"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("vde%d")]
    [InlineData("a-name-too-long-")]
    [InlineData("a/b")]
    public void ATapNameThatTheKernelWouldTakeOtherwiseIsRefused(string name) =>
        Assert.Equal(22, Assert.Throws<LinuxException>(() => Tap.Open(name, persistent: false)).Errno);

    [Fact]
    public void AListenerDoesNotTakeOverOneThatIsAlive()
    {
        Assert.Equal(98, Assert.Throws<LinuxException>(() => SeqPacketSocket.Listen(runtime.ControlPath, 0b110_000_000)).Errno);
        Assert.NotNull(runtime.State);
    }
}

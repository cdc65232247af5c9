using System.Globalization;
using CsCheck;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class VlanForwarderTests
{
    const string Nothing = "";
    const string Bare = "88b5";

    /// <summary>VDE protocols, checklist 18: type and tag of what leaves by ports 1 to 3, which are in 10 (and 0 tagged), in 0 (and 10 tagged), in none (but 10 tagged).</summary>
    [Theory]
    [InlineData("1 untagged", Nothing, "8100000a", "8100000a")]
    [InlineData("2 untagged", "81000000", Nothing, Nothing)]
    [InlineData("2 tagged e00a", Bare, Nothing, "8100e00a")]
    [InlineData("3 untagged", Nothing, Nothing, Nothing)]
    [InlineData("3 tagged 000a", Bare, "8100000a", Nothing)]
    [InlineData("1 tagged 000a", Nothing, "8100000a", "8100000a")]
    [InlineData("1 tagged 0000", Nothing, Bare, Nothing)]
    [InlineData("2 tagged 6000", "81006000", Nothing, Nothing)]
    [InlineData("3 tagged 0000", Nothing, Nothing, Nothing)]
    [InlineData("2 tagged 000b", Nothing, Nothing, Nothing)]
    [InlineData("2 tagged 0fff", Nothing, Nothing, Nothing)]
    public void ABroadcastLeavesByThePortsOfItsVlanAsTheyWantIt(string sent, string one, string two, string three)
    {
        VlanBench bench = Matrix();
        string[] words = sent.Split(' ');

        bench.Receive(int.Parse(words[0], null), VlanBench.Broadcast, VlanBench.Host(1), words.Length < 3 ? VlanBench.Untagged : int.Parse(words[2], NumberStyles.HexNumber, null));

        Assert.Equal([one, two, three], Enumerable.Range(1, 3).Select(port => TypeOf(bench.Plug(port))));
    }

    [Fact]
    public void AKnownAddressGetsItsFramesAlone()
    {
        VlanBench bench = Matrix();
        bench.Receive(2, VlanBench.Broadcast, VlanBench.Host(2), 10);
        bench.Forget();

        bench.Receive(1, VlanBench.Host(2), VlanBench.Host(1));

        Assert.Equal([Nothing, "8100000a", Nothing], Enumerable.Range(1, 3).Select(port => TypeOf(bench.Plug(port))));
    }

    [Fact]
    public void AnAddressIsKnownInTheVlanItWasHeardInAndInNoOther()
    {
        VlanBench bench = new(VlanBench.Vlans("none+10,20"), VlanBench.Vlans("none+10,20"), VlanBench.Vlans("none+10,20"));
        bench.Receive(2, VlanBench.Broadcast, VlanBench.Host(7), 10);
        bench.Receive(3, VlanBench.Broadcast, VlanBench.Host(7), 20);
        bench.Forget();

        bench.Receive(1, VlanBench.Host(7), VlanBench.Host(1), 10);
        bench.Receive(1, VlanBench.Host(7), VlanBench.Host(1), 20);

        Assert.Equal(["8100000a"], bench.Plug(2).Sent.Select(TypeOf));
        Assert.Equal(["81000014"], bench.Plug(3).Sent.Select(TypeOf));
    }

    [Fact]
    public void AnAddressThatFlapsStaysForThreeSecondsAndThenMoves()
    {
        VlanBench bench = new(PortVlans.Default, PortVlans.Default, PortVlans.Default);
        bench.Receive(2, VlanBench.Broadcast, VlanBench.Host(7));
        bench.Now += 1_000;
        bench.Receive(3, VlanBench.Broadcast, VlanBench.Host(7));
        bench.Forget();
        bench.Receive(1, VlanBench.Host(7), VlanBench.Host(1));
        Assert.Equal((1, 0), (bench.Plug(2).Sent.Count, bench.Plug(3).Sent.Count));

        bench.Now += 3_000;
        bench.Receive(3, VlanBench.Broadcast, VlanBench.Host(7));
        bench.Forget();
        bench.Receive(1, VlanBench.Host(7), VlanBench.Host(1));

        Assert.Equal((0, 1), (bench.Plug(2).Sent.Count, bench.Plug(3).Sent.Count));
    }

    [Fact]
    public void AnAddressThatIsHeardAgainAndAgainNeverMoves()
    {
        VlanBench bench = new(PortVlans.Default, PortVlans.Default, PortVlans.Default);
        for (int i = 0; i < 20; i++)
        {
            bench.Receive(2, VlanBench.Broadcast, VlanBench.Host(7));
            bench.Now += 500;
            bench.Receive(3, VlanBench.Broadcast, VlanBench.Host(7));
            bench.Now += 500;
        }

        Assert.Equal(2, bench.Table.Find(VlanBench.Host(7), bench.Now, VlanBench.MacAgeMs));
    }

    [Fact]
    public void AMulticastSourceIsForwardedAndNotLearned()
    {
        VlanBench bench = Matrix();

        bench.Receive(2, VlanBench.Broadcast, 0x01_00_5E_00_00_01, 10);

        Assert.Equal([Bare, Nothing, "8100000a"], Enumerable.Range(1, 3).Select(port => TypeOf(bench.Plug(port))));
        Assert.Empty(bench.Table.Entries(bench.Now, VlanBench.MacAgeMs));
    }

    [Fact]
    public void APortThatIsShutInAVlanNeitherTakesNorGivesNorLearnsThere()
    {
        VlanBench bench = new(VlanBench.Vlans("0+10"), VlanBench.Vlans("0+10", discarding: 10), VlanBench.Vlans("0+10"));

        bench.Receive(2, VlanBench.Broadcast, VlanBench.Host(2), 10);
        bench.Receive(1, VlanBench.Broadcast, VlanBench.Host(1), 10);
        bench.Receive(1, VlanBench.Broadcast, VlanBench.Host(1));

        Assert.Equal((1, 1), (bench.Total(2).Discarding, bench.Total(2).Dropped));
        Assert.Equal([Bare], bench.Plug(2).Sent.Select(TypeOf));
        Assert.Equal(["8100000a", Bare], bench.Plug(3).Sent.Select(TypeOf));
        Assert.Equal([VlanBench.Host(1), VlanBench.Host(1)], bench.Table.Entries(bench.Now, VlanBench.MacAgeMs).Select(entry => entry.Address));
    }

    [Fact]
    public void ATagThatIsCutOffIsDropped()
    {
        VlanBench bench = Matrix();

        bench.Receive(2, [VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host(2), 10)[..17], VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host(2), VlanBench.Untagged)[..13]]);

        Assert.Equal((2, 2), (bench.Total(2).Malformed, bench.Total(2).Dropped));
        Assert.Empty(bench.Plug(1).Sent);
    }

    [Fact]
    public void AFrameOfAVlanThatThePortIsNotInIsDroppedForThatReason()
    {
        VlanBench bench = new(VlanBench.Vlans("none+10"), VlanBench.Vlans("10"));

        bench.Receive(1, VlanBench.Broadcast, VlanBench.Host(1), 20);
        bench.Receive(1, VlanBench.Broadcast, VlanBench.Host(1));

        Assert.Equal((2, 2), (bench.Total(1).Vlan, bench.Total(1).Dropped));
        Assert.Empty(bench.Plug(2).Sent);
    }

    [Fact]
    public void ASwitchWithoutVlansPassesTagsOn()
    {
        byte[] tagged = VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host(1), 10);
        Port[] ports = [.. Enumerable.Range(1, 2).Select(number => new Port($"{number}", new MemoryPlug(), number, 0, 1))];
        foreach (bool isHub in new[] { false, true })
        {
            SwitchView view = new(new SwitchSettings("lan", 32, 1_000, isHub), new ForwardingTable(8, 1), [null, .. ports], ports);
            FrameBatch batch = new();
            batch.AddPlain(tagged);

            new Forwarder(0, default).Forward(batch, new PluggedPort(ports[0], view, 1), 1);
        }

        Assert.Equal([tagged, tagged], ((MemoryPlug)ports[1].Plug).Sent);
    }

    [Fact]
    public void WhatIsLeftToBeDoneToAFrameMovesWithItsTag()
    {
        OffloadPlug tap = new();
        Port[] ports = [new Port("plain", new MemoryPlug(), 1, 0, 1), new Port("tap", tap, 2, 0, 1)];
        SwitchView view = new(new SwitchSettings("lan", 32, 1_000, Hub: false), new ForwardingTable(8, 1), [null, .. ports], ports)
        {
            Vlans = [PortVlans.Default, VlanBench.Vlans("10"), VlanBench.Vlans("none+10")],
            LooksAtTags = true,
        };
        FrameBatch batch = new();
        batch.AddPlain(VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host(1), VlanBench.Untagged));
        VirtioNetHeader left = new() { Flags = VirtioNetHeader.NeedsChecksum, GsoType = VirtioNetHeader.TcpV4, HeaderBytes = 54, SegmentBytes = 1448, ChecksumStart = 34, ChecksumOffset = 16 };
        batch.Header(0) = left;

        new Forwarder(0, default).Forward(batch, new PluggedPort(ports[0], view, 1), 1);

        Assert.Equal((58, 38, 64), Assert.Single(tap.Seen));
        Assert.Equal(left, batch.Header(0));
    }

    [Fact]
    public void ForwardingAllocatesNothing()
    {
        VlanBench bench = new(VlanBench.Vlans("10"), VlanBench.Vlans("0+10"), VlanBench.Vlans("10"), VlanBench.Vlans("none+10"));
        bench.Receive(1, [VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host(1), VlanBench.Untagged), VlanBench.Frame(VlanBench.Host(9), VlanBench.Host(1), 10)]);
        foreach (int port in new[] { 2, 3, 4 })
        {
            bench.Plug(port).TakesAtMost = 0;
        }

        Assert.Equal(0, Allocated.Least(() => bench.Run(1)));
    }

    static readonly int[] s_vlans = [0, 10, 20];
    static readonly int[] s_untagged = [0, 10, 20, VlanMembership.None];
    static readonly int[] s_tags = [VlanBench.Untagged, 0, 10, 20, 30, 0xE00A, 0x6014];
    static readonly Gen<PortVlans> s_port = Gen.Select(Gen.Int[0, 3].Select(at => s_untagged[at]), Subset, Subset,
        (untagged, tagged, shut) => new PortVlans(new VlanMembership(untagged, tagged), shut));

    static Gen<VlanSet> Subset => Gen.Int[0, 7].Select(bits => VlanSet.Of(s_vlans.Where((_, at) => (bits >> at & 1) != 0)));

    [Fact]
    public void ItDoesWhatTheRulesSayForAnyMembershipsAndFrames() =>
        Gen.Select(s_port.Array[3, 5], Gen.Select(Gen.Int[0, 4], Gen.Select(Gen.Int[0, 9], Gen.Int[0, 6].Select(at => s_tags[at])).Array[1, 4]).Array[1, 12]).Sample((ports, batches) =>
        {
            VlanBench bench = new(ports);
            Dictionary<(int Vlan, ulong Address), int> learned = [];
            foreach ((int any, (int Destination, int Tag)[] frames) in batches)
            {
                int from = any % ports.Length;
                ulong source = VlanBench.Host(100 + from);
                (ulong To, int Tag, byte Index)[] sent = [.. frames.Select((frame, at) =>
                    (frame.Destination == from || frame.Destination >= ports.Length ? VlanBench.Broadcast : VlanBench.Host(100 + frame.Destination), frame.Tag, (byte)at))];
                List<string>[] expected = [.. ports.Select(_ => new List<string>())];
                foreach ((ulong to, int tag, byte index) in sent)
                {
                    Model(ports, learned, from, to, source, tag, index, expected);
                }

                bench.Forget();
                bench.Receive(from + 1, sent.Select(frame => VlanBench.Frame(frame.To, source, frame.Tag, frame.Index)));

                for (int port = 0; port < ports.Length; port++)
                {
                    Assert.Equal(expected[port].Order(), bench.Plug(port + 1).Sent.Select(Convert.ToHexString).Order());
                }
            }
        });

    // Said as plainly as it can be: one frame, one port after the other.
    static void Model(PortVlans[] ports, Dictionary<(int, ulong), int> learned, int from, ulong to, ulong source, int tag, byte index, List<string>[] expected)
    {
        int vlan = tag == VlanBench.Untagged ? ports[from].Membership!.Untagged : tag & 0xfff;
        if (!IsIn(ports[from], vlan))
        {
            return;
        }
        learned[(vlan, source)] = from;
        for (int port = 0; port < ports.Length; port++)
        {
            bool isElsewhere = learned.TryGetValue((vlan, to), out int known) && known != port;
            if (port != from && !isElsewhere && IsIn(ports[port], vlan))
            {
                int leaves = ports[port].Membership!.Untagged == vlan ? VlanBench.Untagged : tag == VlanBench.Untagged ? vlan : tag;
                expected[port].Add(Convert.ToHexString(VlanBench.Frame(to, source, leaves, index)));
            }
        }
    }

    static bool IsIn(PortVlans port, int vlan) =>
        vlan != VlanMembership.None && (port.Membership!.Untagged == vlan || port.Membership.Tagged.Contains(vlan)) && !port.Discarding.Contains(vlan);

    [Fact]
    public void LimitsAreThoseOfThePortOverAllItsVlans()
    {
        VlanBench bench = new(VlanBench.Vlans("0+10"), VlanBench.Vlans("0+10"), VlanBench.Vlans("20"));
        bench.Limit(1, new StormSettings(3, null, 1));

        bench.Receive(1, new[] { VlanBench.Untagged, 10, 10, 10, 20 }.Select(tag => VlanBench.Frame(VlanBench.Broadcast, VlanBench.Host(1), tag)));
        bench.Receive(1, new[] { 10, VlanBench.Untagged }.Select(tag => VlanBench.Frame(VlanBench.Host(2), VlanBench.Host(1), tag)));

        Assert.Equal((4, 0), (bench.Plug(2).Sent.Count, bench.Plug(3).Sent.Count));
        Assert.Equal((2, 1), (bench.Total(1).Storm, bench.Total(1).Vlan));
    }

    static VlanBench Matrix() => new(VlanBench.Vlans("10+0"), VlanBench.Vlans("0+10"), VlanBench.Vlans("none+10"));

    static string TypeOf(MemoryPlug plug) => plug.Sent.Count == 0 ? Nothing : TypeOf(Assert.Single(plug.Sent));

    static string TypeOf(byte[] frame) => Convert.ToHexStringLower(frame, 12, frame[12] == 0x81 ? 4 : 2);

    /// <summary>Notes the header, payload and length of what it is sent.</summary>
    sealed class OffloadPlug : IPlug
    {
        public List<(int HeaderBytes, int ChecksumStart, int Bytes)> Seen { get; } = [];
        public Fd Readiness => throw new NotSupportedException();
        public bool CarriesOffloads => true;
        public int Headroom => 0;

        public Transfer Receive(FrameBatch into) => default;

        public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames)
        {
            foreach (int frame in frames)
            {
                Seen.Add((batch.Header(frame).HeaderBytes, batch.Header(frame).ChecksumStart, batch.Frame(frame).Length));
            }
            return new Transfer(frames.Length, 0, 0);
        }

        public void Dispose()
        {
        }
    }
}

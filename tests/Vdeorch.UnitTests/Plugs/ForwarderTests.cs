using System.Buffers.Binary;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class ForwarderTests
{
    const ulong Alice = 0x02_00_00_00_00_0A;
    const ulong Bob = 0x02_00_00_00_00_0B;
    const ulong Carol = 0x02_00_00_00_00_0C;
    const ulong Broadcast = 0xFF_FF_FF_FF_FF_FF;
    const ulong Multicast = 0x33_33_00_00_00_01;
    const ulong Nobody = 0;

    readonly Bench bench = new(ports: 3);

    [Theory]
    [InlineData(Broadcast)]
    [InlineData(Multicast)]
    [InlineData(Bob)]
    public void AFrameForEveryoneOrSomeoneUnknownLeavesByAllPortsButItsOwn(ulong destination)
    {
        bench.Receive(1, (destination, Alice));

        Assert.Equal([0, 1, 1], bench.SentBy);
    }

    [Fact]
    public void AFrameForAKnownAddressLeavesByItsPortAlone()
    {
        bench.Receive(2, (Broadcast, Bob));
        bench.Forget();

        bench.Receive(1, (Bob, Alice));

        Assert.Equal([0, 1, 0], bench.SentBy);
    }

    [Fact]
    public void AFrameForAnAddressOfItsOwnPortGoesNowhere()
    {
        bench.Receive(1, (Broadcast, Bob));
        bench.Forget();

        bench.Receive(1, (Bob, Alice));

        Assert.Equal([0, 0, 0], bench.SentBy);
        Assert.Equal(0, bench.Total(1).Dropped);
    }

    [Fact]
    public void AnAddressHeardElsewhereHasMoved()
    {
        bench.Receive(2, (Broadcast, Bob));
        bench.Receive(3, (Broadcast, Bob));
        bench.Forget();

        bench.Receive(1, (Bob, Alice));

        Assert.Equal([0, 0, 1], bench.SentBy);
    }

    [Fact]
    public void AnAddressUnheardForItsAgeIsUnknown()
    {
        bench.Receive(2, (Broadcast, Bob));
        bench.Forget();
        bench.Now += Bench.MacAgeMs;

        bench.Receive(1, (Bob, Alice));

        Assert.Equal([0, 1, 1], bench.SentBy);
    }

    [Theory]
    [InlineData(Multicast)]
    [InlineData(Nobody)]
    public void AGroupOrZeroSourceIsNotLearned(ulong source)
    {
        bench.Receive(2, (Broadcast, source));

        Assert.Empty(bench.Table.Entries(bench.Now, Bench.MacAgeMs));
    }

    [Fact]
    public void AHubSendsEverythingEverywhereAndLearnsNothing()
    {
        Bench hub = new(ports: 3, isHub: true);
        hub.Receive(2, (Broadcast, Bob));
        hub.Forget();

        hub.Receive(1, (Bob, Alice));

        Assert.Equal([0, 1, 1], hub.SentBy);
        Assert.Empty(hub.Table.Entries(hub.Now, Bench.MacAgeMs));
    }

    [Fact]
    public void FramesOfABatchReachEachPortInTheOrderTheyCameIn()
    {
        bench.Receive(2, (Broadcast, Bob));
        bench.Receive(3, (Broadcast, Carol));
        bench.Forget();

        bench.Receive(1, (Bob, Alice), (Carol, Alice), (Broadcast, Alice), (Bob, Alice), (Carol, Alice));

        Assert.Equal([0, 3, 3], bench.SentBy);
        Assert.Equal([0, 2, 3], bench.Plug(2).Sent.Select(Bench.IndexOf).Order());
        Assert.Equal([0, 3], bench.Plug(2).Sent.Where(frame => Bench.DestinationOf(frame) == Bob).Select(Bench.IndexOf));
        Assert.Equal([1, 4], bench.Plug(3).Sent.Where(frame => Bench.DestinationOf(frame) == Carol).Select(Bench.IndexOf));
    }

    [Fact]
    public void WhatAPortDoesNotTakeIsCountedThereAndReachesTheOthers()
    {
        bench.Plug(2).TakesAtMost = 1;

        bench.Receive(1, (Broadcast, Alice), (Broadcast, Alice), (Broadcast, Alice));

        Assert.Equal([0, 1, 3], bench.SentBy);
        Assert.Equal((1, 2, 2), (bench.Total(2).TxFrames, bench.Total(2).Full, bench.Total(2).Dropped));
        Assert.Equal((3, 0), (bench.Total(3).TxFrames, bench.Total(3).Dropped));
        Assert.Equal(bench.Total(3).TxBytes, 3 * bench.Total(2).TxBytes);
    }

    [Fact]
    public void FramesOfAnUnpluggedPortAreDropped()
    {
        Bench unplugged = new(ports: 1, isPlugged: false);

        unplugged.Receive(1, (Broadcast, Alice), (Bob, Alice));

        Assert.Equal((2, 2), (unplugged.Total(1).Unplugged, unplugged.Total(1).Dropped));
    }

    [Fact]
    public void WhatIsNoEthernetFrameIsDroppedAndTheRestGoesOn()
    {
        bench.Batch.Clear();
        bench.Batch.Room[..(VirtioNetHeader.Bytes + 13)].Clear();
        bench.Batch.Add(VirtioNetHeader.Bytes + 13);
        bench.Batch.Add(VirtioNetHeader.Bytes);
        Bench.Put(bench.Batch, Broadcast, Alice, 2);

        bench.Forward(1);

        Assert.Equal([0, 1, 1], bench.SentBy);
        Assert.Equal((2, 2), (bench.Total(1).Malformed, bench.Total(1).Dropped));
    }

    [Fact]
    public void APortLearnedInAnOlderWiringIsUnknown()
    {
        bench.Table.Learn(Bob, 9, bench.Now, Bench.MacAgeMs);

        bench.Receive(1, (Bob, Alice));

        Assert.Equal([0, 1, 1], bench.SentBy);
    }

    [Fact]
    public void AWireWaitsForAReceiverThatIsFullUntilItHasWaitedInVain()
    {
        (Fd reads, Fd writes) = Descriptors.Pipe();
        using (reads)
        using (writes)
        {
            Bench wire = new(ports: 2, isHub: true, grace: TimeSpan.FromMilliseconds(1));
            wire.Plug(2).Full = reads;

            wire.Receive(1, (Bob, Alice));
            Assert.Equal(1, wire.Plug(2).Waits);
            wire.Receive(1, (Bob, Alice));
            Assert.Equal(1, wire.Plug(2).Waits);

            wire.Plug(2).Full = null;
            wire.Receive(1, (Bob, Alice));
            wire.Plug(2).Full = reads;
            wire.Receive(1, (Bob, Alice));
            Assert.Equal(2, wire.Plug(2).Waits);
        }
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    public void NobodyWaitsWhereThereIsSomethingToSwitch(bool isHub, int ports)
    {
        (Fd reads, Fd writes) = Descriptors.Pipe();
        using (reads)
        using (writes)
        {
            Bench lan = new(ports, isHub, grace: TimeSpan.FromMinutes(1));
            lan.Plug(2).Full = reads;
            lan.Receive(2, (Broadcast, Bob));

            lan.Receive(1, (Bob, Alice));

            Assert.Equal(0, lan.Plug(2).Waits);
            Assert.Equal(1, lan.Total(2).Dropped);
        }
    }

    [Fact]
    public void WhatIsBeyondALimitIsDroppedAndCountedUntilTimeHasPassed()
    {
        bench.Limit(1, new StormSettings(4, null, null));

        bench.Receive(1, Times(6, Broadcast));
        Assert.Equal([0, 4, 4], bench.SentBy);
        Assert.Equal((2, 2), (bench.Total(1).Storm, bench.Total(1).Dropped));
        Assert.Equal([0, 1, 2, 3], bench.Plug(2).Sent.Select(Bench.IndexOf));

        bench.Now += 499;
        bench.Receive(1, Times(6, Broadcast));
        Assert.Equal([0, 5, 5], bench.SentBy);

        // However long: a second's worth.
        bench.Now += 3_600_000;
        bench.Receive(1, Times(6, Broadcast));
        Assert.Equal([0, 9, 9], bench.SentBy);
    }

    [Theory]
    [InlineData(Broadcast)]
    [InlineData(Multicast)]
    [InlineData(Bob)]
    public void EachKindAndEachPortHasALimitOfItsOwn(ulong destination)
    {
        StormSettings limits = destination == Broadcast ? new(1, null, null) : destination == Multicast ? new(null, 1, null) : new(null, null, 1);
        bench.Limit(1, limits);
        bench.Limit(2, limits);

        bench.Receive(1, [.. Times(3, Broadcast), .. Times(3, Multicast), .. Times(3, Bob)]);
        bench.Receive(2, (destination, Carol), (destination, Carol));

        Assert.Equal([1, 7, 8], bench.SentBy);
        Assert.Equal((2, 1, 0), (bench.Total(1).Storm, bench.Total(2).Storm, bench.Total(3).Storm));
    }

    [Fact]
    public void WhatIsForAKnownAddressIsNotLimited()
    {
        bench.Receive(2, (Broadcast, Bob));
        bench.Forget();
        bench.Limit(1, new StormSettings(1, 1, 1));

        bench.Receive(1, Times(10, Bob));

        Assert.Equal([0, 10, 0], bench.SentBy);
        Assert.Equal(0, bench.Total(1).Dropped);
    }

    [Fact]
    public void ASenderIsLearnedWhoseFrameIsDropped()
    {
        bench.Limit(1, new StormSettings(1, null, null));

        bench.Receive(1, (Broadcast, Alice), (Broadcast, Carol));
        bench.Receive(2, (Carol, Bob));

        Assert.Equal([1, 1, 1], bench.SentBy);
    }

    [Fact]
    public void InAHubWhatIsForOneIsUnknown()
    {
        Bench hub = new(ports: 3, isHub: true);
        hub.Receive(2, (Broadcast, Bob));
        hub.Forget();
        hub.Limit(1, new StormSettings(2, null, 1));

        hub.Receive(1, [.. Times(3, Bob), .. Times(3, Broadcast)]);

        Assert.Equal([0, 3, 3], hub.SentBy);
        Assert.Equal(3, hub.Total(1).Storm);
    }

    [Fact]
    public void LimitingAllocatesNothing()
    {
        bench.Limit(1, new StormSettings(1, 1, 1));
        Bench.Put(bench.Batch, Broadcast, Alice, 0);
        Bench.Put(bench.Batch, Bob, Alice, 1);
        bench.Plug(2).TakesAtMost = bench.Plug(3).TakesAtMost = 0;
        bench.Forward(1);

        Assert.Equal(0, Allocated.Least(() => bench.Forward(1)));
    }

    static (ulong Destination, ulong Source)[] Times(int count, ulong destination) => [.. Enumerable.Repeat((destination, Alice), count)];

    [Fact]
    public void ForwardingAllocatesNothing()
    {
        Bench.Put(bench.Batch, Bob, Alice, 0);
        Bench.Put(bench.Batch, Bob, Alice, 1);
        bench.Plug(2).TakesAtMost = bench.Plug(3).TakesAtMost = 0;
        bench.Forward(1);

        Assert.Equal(0, Allocated.Least(() => bench.Forward(1)));
    }

    /// <summary>One switch with ports from 1, all on one worker.</summary>
    sealed class Bench
    {
        public const long MacAgeMs = 10_000;

        readonly Port[] ports;
        readonly PluggedPort[] plugged;
        readonly Forwarder forwarder;

        public Bench(int ports, bool isHub = false, bool isPlugged = true, TimeSpan grace = default)
        {
            forwarder = new Forwarder(0, grace);
            this.ports = [.. Enumerable.Range(1, ports).Select(number => new Port($"port-{number}", new MemoryPlug(), slot: number, worker: 0, workers: 1))];
            SwitchView view = new(new SwitchSettings("lan", 32, MacAgeMs, isHub), Table, [null, .. this.ports], this.ports);
            plugged = [.. this.ports.Select((port, index) => isPlugged ? new PluggedPort(port, view, index + 1) : new PluggedPort(port, null, 0))];
        }

        public long Now { get; set; } = 1_000_000;
        public ForwardingTable Table { get; } = new(1024, seed: 42);
        public FrameBatch Batch { get; } = new();
        public int[] SentBy => [.. ports.Select(port => ((MemoryPlug)port.Plug).Sent.Count)];

        public MemoryPlug Plug(int number) => (MemoryPlug)ports[number - 1].Plug;

        public void Limit(int number, StormSettings limits) => ports[number - 1].Storm = new StormControl(limits);

        public PortCounters Total(int number) => ports[number - 1].Total();

        /// <summary>What the plugs were sent, not what the switch has learned.</summary>
        public void Forget() => Array.ForEach(ports, port => ((MemoryPlug)port.Plug).Sent.Clear());

        public void Receive(int number, params (ulong Destination, ulong Source)[] frames)
        {
            Batch.Clear();
            for (int i = 0; i < frames.Length; i++)
            {
                Put(Batch, frames[i].Destination, frames[i].Source, (byte)i);
            }
            Forward(number);
        }

        public void Forward(int number) => forwarder.Forward(Batch, plugged[number - 1], Now);

        public static void Put(FrameBatch batch, ulong destination, ulong source, byte index)
        {
            Span<byte> room = batch.Room[..(VirtioNetHeader.Bytes + 60)];
            room.Clear();
            Span<byte> frame = room[VirtioNetHeader.Bytes..];
            BinaryPrimitives.WriteUInt64BigEndian(frame, destination << 16);
            BinaryPrimitives.WriteUInt64BigEndian(frame[6..], source << 16);
            frame[14] = index;
            batch.Add(room.Length);
        }

        public static int IndexOf(byte[] frame) => frame[14];

        public static ulong DestinationOf(byte[] frame) => BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16;
    }
}

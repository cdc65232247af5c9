using System.Net;
using Vdeorch.Linux.Udp;
using Vdeorch.Plugs.Overlays;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Overlays;

public class PeerTableTests
{
    const long Age = 128_000;

    readonly PeerTable table = new(1024, Age, seed: 7);

    [Fact]
    public void AnAddressIsKnownAsLongAsItIsHeard()
    {
        table.Learn(1, Peer(1), now: 0);

        Assert.Equal(Peer(1), Find(1, Age - 1));
        Assert.Null(Find(1, Age));
        Assert.Null(Find(2, 0));

        table.Learn(1, Peer(1), now: 100_000);
        Assert.Equal(Peer(1), Find(1, 200_000));
    }

    [Fact]
    public void ALaterPeerTakesAnAddressFromAnEarlierOne()
    {
        table.Learn(1, Peer(1), now: 0);
        table.Learn(1, Peer(2), now: 1);

        Assert.Equal(Peer(2), Find(1, 2));
    }

    [Fact]
    public void APeerThatLeavesTakesItsAddressesAlong()
    {
        for (ulong address = 1; address <= 100; address++)
        {
            table.Learn(address, Peer((int)address % 2), now: 0);
        }

        table.Forget(Peer(1));

        Assert.All(Enumerable.Range(1, 100), address => Assert.Equal(address % 2 == 0 ? Peer(0) : null, Find((ulong)address, 1)));
    }

    [Fact]
    public void AMillionAddressesCostNoMoreThanTheTableAndTheLatestAreKnown()
    {
        UdpEndpoint peer = Peer(1);

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (ulong address = 1; address <= 1_000_000; address++)
            {
                table.Learn(address, peer, now: (long)address / 1000);
            }
        }));

        Assert.Equal(Peer(1), Find(1_000_000, 1000));
        Assert.InRange(Enumerable.Range(999_001, 1000).Count(address => Find((ulong)address, 1000) is not null), 500, 1000);
    }

    [Fact]
    public async Task WhoeverReadsWhileAnotherWritesSeesNoMixture()
    {
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        PeerTable small = new(8, Age, seed: 7);
        Task<int> reading = Task.Run(() =>
        {
            int mixed = 0;
            while (!stop.IsCancellationRequested)
            {
                for (ulong address = 1; address <= 16; address++)
                {
                    if (small.TryFind(address, 0, out UdpEndpoint peer) && (peer.Port % 16 != (int)address % 16 || (uint)peer.Low != peer.Port))
                    {
                        mixed++;
                    }
                }
            }
            return mixed;
        });
        for (int i = 0; i < 300_000; i++)
        {
            ulong address = (ulong)(i % 16) + 1;
            ushort port = (ushort)((int)address % 16 + i % 100 * 16);
            small.Learn(address, new UdpEndpoint(0, 0x0000_ffff_0000_0000UL | port, 0, port), now: 0);
        }
        await stop.CancelAsync();

        Assert.Equal(0, await reading);
    }

    UdpEndpoint? Find(ulong address, long now) => table.TryFind(address, now, out UdpEndpoint peer) ? peer : null;

    static UdpEndpoint Peer(int host) => UdpEndpoint.From(IPAddress.Parse($"10.0.0.{host}"), 1000 + host);
}

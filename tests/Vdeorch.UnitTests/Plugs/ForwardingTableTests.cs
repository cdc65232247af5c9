using CsCheck;
using Vdeorch.Plugs.Switching;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class ForwardingTableTests
{
    const long AgeMs = 8_000;

    // Hearing is written down every eighth of an age at most, so an entry may go that much early.
    const long SlackMs = AgeMs / 8;

    [Fact]
    public void ItAnswersLikeADictionaryThatForgets() =>
        Gen.Select(Gen.ULong[1, 6], Gen.Int[1, 4], Gen.Long[0, AgeMs / 2]).List[0, 60].Sample(heard =>
        {
            ForwardingTable table = new(64, seed: 7);
            Dictionary<ulong, (int Port, long Heard)> model = [];
            long now = 1;
            foreach ((ulong address, int port, long pause) in heard)
            {
                now += pause;
                table.Learn(address, port, now, AgeMs);
                model[address] = (port, now);
                foreach ((ulong known, (int expected, long at)) in model)
                {
                    int found = table.Find(known, now, AgeMs);
                    bool mustKnow = now - at < AgeMs - SlackMs;
                    bool mustForget = now - at >= AgeMs;
                    Assert.True(mustForget ? found == 0 : found == expected || (!mustKnow && found == 0));
                }
            }
        });

    [Fact]
    public void AMillionAddressesStayBoundedAndNoneIsAnsweredWrongly()
    {
        ForwardingTable table = new(1024, seed: 99);
        for (ulong address = 1; address <= 1_000_000; address++)
        {
            table.Learn(address, (int)(address % 1000) + 1, now: 1 + (long)address / 1_000, AgeMs);
        }

        Assert.InRange(table.Entries(now: 1_001, AgeMs).Count, 1, 1024);
        int known = 0;
        for (ulong address = 1; address <= 1_000_000; address++)
        {
            int port = table.Find(address, now: 1_001, AgeMs);
            known += port == 0 ? 0 : 1;
            Assert.True(port == 0 || port == (int)(address % 1000) + 1);
        }
        Assert.InRange(known, 900, 1024);
    }

    [Fact]
    public void TheLongestUnheardOfAFullSetGivesWay()
    {
        ForwardingTable table = new(8, seed: 3);
        for (ulong address = 1; address <= 8; address++)
        {
            table.Learn(address, 1, now: (long)address * 2_000, age: 100_000);
        }
        table.Learn(1, 1, now: 17_000, age: 100_000);

        table.Learn(9, 1, now: 18_000, age: 100_000);

        Assert.Equal(new ulong[] { 1, 3, 4, 5, 6, 7, 8, 9 }, table.Entries(18_000, 100_000).Select(entry => entry.Address).Order());
    }

    [Fact]
    public void OnlyWhatWasLearnedOnThePortsForgottenGoes()
    {
        ForwardingTable table = new(64, seed: 5);
        for (ulong address = 1; address <= 20; address++)
        {
            table.Learn(address, (int)(address % 2) + 1, now: 1, AgeMs);
        }

        table.Forget(port => port == 1);

        Assert.All(table.Entries(1, AgeMs), entry => Assert.Equal(2, entry.Port));
        Assert.Equal(10, table.Entries(1, AgeMs).Count);
    }

    [Fact]
    public void AThousandAddressesAllFitInTheDefaultTable()
    {
        ForwardingTable table = new(ForwardingTable.DefaultCapacity, seed: 0xDEADBEEF);
        for (ulong address = 0; address < 1_000; address++)
        {
            table.Learn(0x02_00_00_00_00_00 | address, 1, now: 1, AgeMs);
        }

        Assert.Equal(1_000, table.Entries(1, AgeMs).Count);
    }

    [Fact]
    public async Task NoWorkerEverReadsAnotherAddressesPort()
    {
        // One set, fought over: every learner evicts the others' entries all the time.
        ForwardingTable table = new(8, seed: 11);
        using CancellationTokenSource stop = new(TimeSpan.FromMilliseconds(300));
        long wrong = 0;
        long right = 0;

        void Fight(int worker)
        {
            Random random = new(worker);
            for (long now = 1; !stop.IsCancellationRequested; now += 10)
            {
                ulong address = (ulong)random.Next(1, 40);
                table.Learn(address, (int)address, now, AgeMs);
                ulong asked = (ulong)random.Next(1, 40);
                int port = table.Find(asked, now, long.MaxValue);
                Interlocked.Add(ref wrong, port != 0 && port != (int)asked ? 1 : 0);
                Interlocked.Add(ref right, port == (int)asked ? 1 : 0);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 3).Select(worker => Task.Run(() => Fight(worker), TestContext.Current.CancellationToken)));

        Assert.Equal(0, wrong);
        Assert.NotEqual(0, right);
    }
}

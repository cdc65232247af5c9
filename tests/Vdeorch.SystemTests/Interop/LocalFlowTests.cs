using System.Diagnostics;
using System.Globalization;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>A million frames through sockets of this host: none is lost between two who both read, and nothing is allocated for them.</summary>
[Collection(Alone.Name)]
public class LocalFlowTests
{
    const int Frames = 1_000_000;
    const int InBatch = 60;

    [Theory]
    [InlineData("ptp")]
    [InlineData("hub")]
    [InlineData("switch")]
    [InlineData("multi")]
    [InlineData("bonding")]
    public async Task AMillionFramesAllocateNothing(string kind)
    {
        await using LocalLab lab = new();
        using IPlug one = Open(kind, lab["a"]);
        Task<IPlug> opening = Task.Run(() => kind == "ptp" ? Open(kind, lab["a"]) : Open("vde", lab["a"]), TestContext.Current.CancellationToken);
        FrameBatch sent = new();
        FrameBatch received = new();
        await Wait.UntilAsync("the other is in", () =>
        {
            one.Receive(received);
            return opening.IsCompleted;
        });
        using IPlug other = await opening;
        int[] indices = [.. Enumerable.Range(0, InBatch)];
        for (int i = 0; i < InBatch; i++)
        {
            sent.AddPlain(LocalFrames.Make());
        }
        // What is made once is made, and each end knows the other.
        Exchange(one, other, sent, indices, received, 20);

        long before = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        Exchange(one, other, sent, indices, received, Frames / InBatch / 2);
        TimeSpan took = Stopwatch.GetElapsedTime(start);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}: {Frames / took.TotalSeconds / 1000:0} thousand frames a second, written and read on one thread"));
        Assert.InRange(allocated, 0, 4096);
    }

    static void Exchange(IPlug one, IPlug other, FrameBatch sent, int[] indices, FrameBatch received, int rounds)
    {
        for (int round = 0; round < rounds; round++)
        {
            Pass(one, other, sent, indices, received);
            Pass(other, one, sent, indices, received);
        }
    }

    static void Pass(IPlug from, IPlug to, FrameBatch sent, int[] indices, FrameBatch received)
    {
        if (from.Send(sent, indices).Frames != InBatch)
        {
            Assert.Fail("not all were taken");
        }
        int came = 0;
        for (int attempt = 0; came < InBatch; attempt++)
        {
            received.Clear();
            Transfer transfer = to.Receive(received);
            came += transfer.Frames;
            if (attempt == 1000 || transfer.Errno is not (0 or Errnos.Again))
            {
                Assert.Fail($"{came} came, then {transfer}");
            }
        }
    }

    static IPlug Open(string kind, string path) => new PlugOpening { Description = "test" }.Open(new Uvdel(kind, path, [], null));
}

using System.Globalization;
using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>TCP through a dpipe that is slower than both its ends: vde_plug waits where vdeorch plug drops, and TCP finds the rate with either.</summary>
[Collection(Alone.Name)]
public class DpipeFlowTests
{
    const double BytesPerSecond = 12.5e6;

    // Passes on what it reads, so many bytes a second.
    static readonly string s_slow = string.Create(CultureInfo.InvariantCulture, $"""
        import os, time
        while data := os.read(0, 16384):
            os.write(1, data)
            time.sleep(len(data) / {BytesPerSecond})
        """);

    public static TheoryData<Tool> Tools => [Tool.Ours, Tool.TheirOwn];

    [Theory, MemberData(nameof(Tools))]
    public async Task TcpHasMostOfWhatASlowPipeHas(Tool tool)
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync("dpipe", "vde_plug", "python3", "iperf3");
        string[] plug = tool == Tool.Ours ? [Host.Current.Binary, "plug", "tap://t0"] : ["vde_plug", "tap://t0"];
        await using Running dpipe = Running.Start(
            ["dpipe", .. lab.Inside(1, plug), "=}", "python3", "-c", s_slow, "}=", .. lab.Inside(2, plug)], Host.Current.Environment(Who.Root));
        foreach (int host in (int[])[1, 2])
        {
            await Wait.UntilAsync("t0 is there", async () => (await Running.ToEndAsync(["ip", "-n", lab.Name(host), "addr", "add", $"10.50.0.{host}/24", "dev", "t0"])).ExitCode == 0);
            await OverlayLab.IpAsync($"-n {lab.Name(host)} link set t0 up");
        }
        await lab.PingsAsync(1, "10.50.0.2");
        lab.Start(2, "iperf3", "-s");

        // Until it listens, and where it gives up on a connection, the report has no sum.
        Finished finished = null!;
        await Wait.UntilAsync("the stream has passed", async () =>
            (finished = await Running.ToEndAsync([.. lab.Inside(1, "iperf3", "-J", "-c", "10.50.0.2", "-t", "2")])) is { ExitCode: 0 } done && done.Out.Contains("\"sum_received\"", StringComparison.Ordinal));

        JsonElement end = JsonDocument.Parse(finished.Out).RootElement.GetProperty("end");
        double rate = end.GetProperty("sum_received").GetProperty("bits_per_second").GetDouble() / 8 / BytesPerSecond;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{tool}: {rate:0%} of the pipe's rate, {end.GetProperty("sum_sent").GetProperty("retransmits").GetInt32()} segments again"));
        Assert.InRange(rate, 0.5, 1);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.Bench.Guests;
using Vdeorch.Bench.Paths;

namespace Vdeorch.Bench.Scenarios;

/// <summary>
/// Two virtual machines on our switch and on vde_switch. Without KVM their processors are translated, and most of what is measured is that: two
/// switches that are told from each other then differ by a lot.
/// </summary>
internal sealed partial class GuestScenario : IScenario
{
    const int StreamMegabytes = 32;
    const int Packets = 50_000;

    public string Name => "guests";

    public string Question => "Two virtual machines on our switch and on vde_switch";

    public void Run(BenchOptions options, TextWriter to)
    {
        if (!Machine.CanBe)
        {
            to.WriteLine("(left out: guests, for want of qemu-system-x86_64, or of what .ci/guest makes)");
            return;
        }

        string accelerator = IsKvmGood() ? "kvm" : "tcg";
        Table stream = new($"TCP between two guests by {accelerator}, {StreamMegabytes} MiB", "Mbit/s", moreIsBetter: true);
        Table packets = new($"{Packets} packets of 64 bytes from one guest to the other by {accelerator}, received", "kpps", moreIsBetter: true);
        Table trip = new($"Round trip between two guests by {accelerator}: mean", "µs", moreIsBetter: false);
        SwitchProgram[] programs = [.. SwitchProgram.All(options).Where(program => program.Command[0].Contains('/', StringComparison.Ordinal) || Shell.Has(program.Command[0]))];
        Sample[][] samples = [.. programs.Select(program => new[] { stream.Row(program.Name), packets.Row(program.Name), trip.Row(program.Name) })];
        for (int run = 0; run < options.Runs; run++)
        {
            for (int i = 0; i < programs.Length; i++)
            {
                double[] measured = Measure(programs[i], accelerator);
                for (int what = 0; what < measured.Length; what++)
                {
                    samples[i][what].Add(measured[what]);
                }
            }
        }

        foreach (Table table in new[] { stream, packets, trip })
        {
            table.Print(to, SwitchProgram.OursName);
        }
    }

    static double[] Measure(SwitchProgram program, string accelerator)
    {
        string directory = System.IO.Directory.CreateTempSubdirectory("vb-guest-").FullName;
        using Process process = program.Start($"{directory}/sw");
        try
        {
            using Machine one = Machine.Start($"{directory}/sw", accelerator, 1);
            using Machine two = Machine.Start($"{directory}/sw", accelerator, 2);
            one.WaitUntilUp(1);
            two.WaitUntilUp(2);
            one.Run("until ping -c 1 -W 1 10.77.0.2; do :; done");
            return [Stream(one, two), Flow(one, two), Trip(one)];
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
            System.IO.Directory.Delete(directory, recursive: true);
        }
    }

    static double Stream(Machine one, Machine two)
    {
        // A pipe that nobody closes: at the end of its input nc would end the stream the other way.
        two.Run("mkfifo /tmp/tcp; nc -l -p 7 <>/tmp/tcp >/dev/null &");
        two.Run("until netstat -ltn | grep -q ':7 '; do :; done");
        // The shell's clock has seconds; the kernel's, hundredths.
        string times = one.Run($"cut -d' ' -f1 /proc/uptime; dd if=/dev/zero bs=64k count={StreamMegabytes * 16} 2>/dev/null | nc 10.77.0.2 7; cut -d' ' -f1 /proc/uptime");
        double[] read = Numbers(times);
        return StreamMegabytes * 8 * 1.048576 / (read[1] - read[0]);
    }

    // The kernel's own generator (Documentation/networking/pktgen.rst), as no program in a guest is as fast. Its packets have no checksum at their end.
    static double Flow(Machine one, Machine two)
    {
        one.Run("modprobe pktgen; echo add_device eth0 > /proc/net/pktgen/kpktgend_0; "
            + $"for word in 'count {Packets}' 'pkt_size 60' 'dst 10.77.0.2' \"dst_mac {Machine.Mac(2)}\"; do echo \"$word\" > /proc/net/pktgen/eth0; done");
        double before = Received(two);
        one.Run("echo start > /proc/net/pktgen/pgctrl");
        double microseconds = double.Parse(Lasted().Match(one.Run("cat /proc/net/pktgen/eth0")).Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        // What is still under way when the last one has been sent.
        two.Run("sleep 1");
        return (Received(two) - before) / microseconds * 1e3;
    }

    static double Received(Machine machine) => Numbers(machine.Run("cat /sys/class/net/eth0/statistics/rx_packets"))[0];

    static double Trip(Machine one) => 1e3 * double.Parse(Mean().Match(one.Run("ping -c 200 -i 0.01 10.77.0.2")).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    static double[] Numbers(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.TryParse(line.Trim(), CultureInfo.InvariantCulture, out double number) ? number : double.NaN).Where(number => !double.IsNaN(number))];

    // That /dev/kvm opens says little: inside some virtual machines it does, and no guest gets beyond its BIOS.
    static bool IsKvmGood()
    {
        if (!File.Exists("/dev/kvm"))
        {
            return false;
        }

        string directory = System.IO.Directory.CreateTempSubdirectory("vb-guest-").FullName;
        using Process process = new SwitchProgram("vde_switch", ["vde_switch"]).Start($"{directory}/sw");
        try
        {
            using Machine trial = Machine.Start($"{directory}/sw", "kvm", 9);
            Task up = Task.Run(() => trial.WaitUntilUp(9));
            return up.Wait(TimeSpan.FromSeconds(8));
        }
        catch (AggregateException)
        {
            return false;
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
            System.IO.Directory.Delete(directory, recursive: true);
        }
    }

    [GeneratedRegex(@"Result: OK: ([0-9]+)\(")]
    private static partial Regex Lasted();

    [GeneratedRegex("= [0-9.]+/([0-9.]+)/")]
    private static partial Regex Mean();
}

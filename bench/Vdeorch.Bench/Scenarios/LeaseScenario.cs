using System.Globalization;

namespace Vdeorch.Bench.Scenarios;

/// <summary>A hundred hosts that come at once and ask a DHCP server for their addresses: until the last one has its.</summary>
internal sealed class LeaseScenario : IScenario
{
    const string Ours = "vdeorch apply";
    const string Peer = "ip netns, veth, kernel bridge, udhcpc, by a shell";
    const int Clients = 100;

    static readonly string[] s_programs = ["ip", "dnsmasq", "udhcpc"];

    public string Name => "leases";

    public string Question => "A hundred hosts made, plugged in and given an address by DHCP";

    public void Run(BenchOptions options, TextWriter to)
    {
        if (s_programs.FirstOrDefault(program => !Shell.Has(program)) is { } missing)
        {
            to.WriteLine($"\n## {Question}: left out, there is no '{missing}'");
            return;
        }

        Table table = new(Question, "s", moreIsBetter: false);
        (Sample ours, Sample theirs) = (table.Row(Ours), table.Row(Peer));
        for (int run = 0; run < options.Runs; run++)
        {
            options.Vdeorch.Apply("benchlease", Topology(0));
            ours.Add(Shell.Time(options.Vdeorch.Path, "apply", options.Vdeorch.Write("benchlease", Topology(Clients)), "--yes"));
            options.Vdeorch.Destroy("benchlease");
            theirs.Add(ByHand());
        }

        table.Print(to, Ours);
    }

    static string Topology(int clients) => string.Create(CultureInfo.InvariantCulture, $$"""
        switches: { lan: {} }
        namespaces:
          server: { to: lan, address: 10.77.0.1/16, vnfs: { dhcp: { pool: 10.77.1.1-10.77.2.250, router: 10.77.0.1 } } }
          pc: { replicas: {{clients}}, to: lan, dhcp: true }
        """);

    static double ByHand()
    {
        string directory = Directory.CreateTempSubdirectory("vbl-").FullName;
        try
        {
            File.WriteAllText($"{directory}/script", "#!/bin/sh\n[ \"$1\" != bound ] || ip addr add $ip/16 dev $interface\n");
            File.SetUnixFileMode($"{directory}/script", (UnixFileMode)0x1ED);
            Shell.Run("sh", "-ec", "ip netns add benchle; ip -n benchle link add br0 type bridge; ip -n benchle link set br0 up; ip -n benchle addr add 10.77.0.1/16 dev br0");
            using System.Diagnostics.Process server = Shell.Start("ip", "netns", "exec", "benchle", "dnsmasq", "--keep-in-foreground", "--port=0", "--conf-file=/dev/null", $"--dhcp-leasefile={directory}/leases", "--dhcp-range=10.77.1.1,10.77.2.250,255.255.0.0,12h", "--no-ping", "--dhcp-authoritative", "--user=root", $"--pid-file={directory}/pid");
            Shell.Until("dnsmasq listens", () => File.Exists($"{directory}/pid"));
            double took = Shell.Time("sh", "-ec", string.Create(CultureInfo.InvariantCulture, $$"""
                i=0
                while [ $i -lt {{Clients}} ]; do
                    ip netns add benchle-$i
                    ip -n benchle-$i link add eth0 type veth peer name p$i netns benchle
                    ip -n benchle link set p$i master br0 up
                    ip -n benchle-$i link set eth0 up
                    ip netns exec benchle-$i udhcpc -q -n -t 10 -T 1 -f -i eth0 -s {{directory}}/script >/dev/null 2>&1 &
                    i=$((i + 1))
                done
                wait
                """));
            server.Kill();
            server.WaitForExit();
            int leases = File.ReadAllLines($"{directory}/leases").Length;
            return leases == Clients ? took : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{leases} of {Clients} got an address by hand"));
        }
        finally
        {
            Shell.TryRun("sh", "-c", string.Create(CultureInfo.InvariantCulture, $"for i in $(seq 0 {Clients - 1}); do ip netns delete benchle-$i; done; ip netns delete benchle"));
            Directory.Delete(directory, recursive: true);
        }
    }
}

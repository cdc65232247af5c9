using System.Globalization;
using System.Text.RegularExpressions;

namespace Vdeorch.Bench.Scenarios;

/// <summary>A load balancer and three web servers in namespaces of vdeorch's, beside the same programs with the same configuration on veth and the kernel's bridge.</summary>
internal sealed partial class FarmScenario : IScenario
{
    const string Ours = "vdeorch";
    const string Peer = "ip netns, veth, kernel bridge";
    const int Webs = 3;

    static readonly string[] s_programs = ["ip", "wrk", "haproxy", "nginx"];

    static readonly string[] s_hosts = ["lb", "pc", .. Enumerable.Range(0, Webs).Select(Web)];

    public string Name => "farm";

    public string Question => "Requests per second through a load balancer to three web servers";

    public void Run(BenchOptions options, TextWriter to)
    {
        if (s_programs.FirstOrDefault(program => !Shell.Has(program)) is { } missing)
        {
            to.WriteLine($"\n## {Question}: left out, there is no '{missing}'");
            return;
        }

        Table table = new(Question, "requests/s", moreIsBetter: true);
        (Sample ours, Sample theirs) = (table.Row(Ours), table.Row(Peer));
        try
        {
            options.Vdeorch.Apply("benchfarm", Topology);
            using ByHand peer = new($"{Environment.GetEnvironmentVariable("VDEORCH_RUN_DIR")}/topologies/benchfarm/daemons");
            for (int run = 0; run < options.Runs; run++)
            {
                ours.Add(Load("benchfarm.pc", options.Seconds));
                theirs.Add(Load(ByHand.Namespace("pc"), options.Seconds));
            }
        }
        finally
        {
            options.Vdeorch.Destroy("benchfarm");
        }

        table.Print(to, Ours);
    }

    static string Web(int index) => string.Create(CultureInfo.InvariantCulture, $"web-{index}");

    static string Topology => string.Create(CultureInfo.InvariantCulture, $$$"""
        switches: { lan: {} }
        namespaces:
          lb:  { to: lan, address: 10.77.0.80/24, depends-on: { web: healthy }, vnfs: { load-balancer: { listen: "http:80", to: web } } }
          pc:  { to: lan, address: 10.77.0.7/24 }
          web: { replicas: {{{Webs}}}, to: lan, address: "10.77.0.{{ index + 11 }}/24", vnfs: { nginx: {} } }
        """);

    static double Load(string ns, int seconds)
    {
        string said = Shell.Run("ip", "netns", "exec", ns, "wrk", "-t", "1", "-c", "32", "-d", string.Create(CultureInfo.InvariantCulture, $"{seconds}s"), "http://10.77.0.80/");
        Match rate = Rate().Match(said);
        return rate.Success && !said.Contains("Non-2xx", StringComparison.Ordinal) && !said.Contains("Socket errors", StringComparison.Ordinal)
            ? double.Parse(rate.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : throw new InvalidOperationException($"wrk: {said}");
    }

    [GeneratedRegex(@"Requests/sec: +([\d.]+)")]
    private static partial Regex Rate();

    /// <summary>The hosts, made with iproute2, and in them the programs, configured by what vdeorch wrote for its own.</summary>
    sealed class ByHand : IDisposable
    {
        readonly List<System.Diagnostics.Process> _running = [];
        readonly string _directory = Directory.CreateTempSubdirectory("vbf-").FullName;

        public ByHand(string daemons)
        {
            Shell.Run("ip", "netns", "add", "benchfn");
            Shell.Run("ip", "-n", "benchfn", "link", "add", "br0", "type", "bridge");
            Shell.Run("ip", "-n", "benchfn", "link", "set", "br0", "up");
            foreach (string host in s_hosts)
            {
                Join(host);
            }

            for (int web = 0; web < Webs; web++)
            {
                Start(Web(web), Copy($"{daemons}/{Web(web)}/nginx/config/nginx.conf", Web(web)), "nginx", "-c");
            }

            Start("lb", Copy(Directory.GetFiles($"{daemons}/lb/load-balancer/config", "*.cfg")[0], "lb"), "haproxy", "-W", "-f");
            Shell.Until("the farm by hand answers", () => Shell.TryRun("ip", "netns", "exec", Namespace("pc"), "wrk", "-t", "1", "-c", "1", "-d", "1s", "http://10.77.0.80/").Output is var said
                && said.Contains("Requests/sec", StringComparison.Ordinal) && !said.Contains("Non-2xx", StringComparison.Ordinal) && !said.Contains("Socket errors", StringComparison.Ordinal));
        }

        public static string Namespace(string host) => $"benchfn-{host}";

        public void Dispose()
        {
            foreach (System.Diagnostics.Process process in _running)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
                process.Dispose();
            }

            foreach (string ns in s_hosts.Select(Namespace).Append("benchfn"))
            {
                Shell.TryRun("ip", "netns", "delete", ns);
            }

            Directory.Delete(_directory, recursive: true);
        }

        static void Join(string host)
        {
            string address = host switch { "lb" => "10.77.0.80", "pc" => "10.77.0.7", _ => string.Create(CultureInfo.InvariantCulture, $"10.77.0.{11 + int.Parse(host[4..], CultureInfo.InvariantCulture)}") };
            Shell.Run("ip", "netns", "add", Namespace(host));
            Shell.Run("ip", "-n", Namespace(host), "link", "add", "eth0", "type", "veth", "peer", "name", host, "netns", "benchfn");
            Shell.Run("ip", "-n", "benchfn", "link", "set", host, "master", "br0", "up");
            Shell.Run("ip", "-n", Namespace(host), "address", "add", $"{address}/24", "dev", "eth0");
            Shell.Run("ip", "-n", Namespace(host), "link", "set", "eth0", "up");
        }

        // What vdeorch's have below /run and /var/log, these have in a directory.
        string Copy(string config, string host)
        {
            string place = Directory.CreateDirectory($"{_directory}/{host}").FullName;
            string copy = $"{place}/{Path.GetFileName(config)}";
            File.WriteAllText(copy, File.ReadAllText(config).Replace("/run/", $"{place}/", StringComparison.Ordinal).Replace("/var/log/", $"{place}/", StringComparison.Ordinal));
            File.SetUnixFileMode(_directory, (UnixFileMode)0x1FF);
            File.SetUnixFileMode(place, (UnixFileMode)0x1FF);
            return copy;
        }

        void Start(string host, string config, params string[] command) => _running.Add(Shell.Start(["ip", "netns", "exec", Namespace(host), .. command, config]));
    }
}

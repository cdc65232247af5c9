using System.Diagnostics;
using Vdeorch.Bench.Scenarios;

namespace Vdeorch.Bench.Paths;

/// <summary>A program that is a VDE switch, at a directory of its own.</summary>
/// <param name="Command">Without the directory.</param>
internal sealed record SwitchProgram(string Name, string[] Command)
{
    public const string OursName = "vdeorch switch";

    public static SwitchProgram[] All(BenchOptions options) => [new(OursName, [options.Vdeorch.Path, "switch"]), new("vde_switch", ["vde_switch"])];

    /// <summary>Ready when it returns. The caller ends it.</summary>
    /// <param name="ports">How many clients may join.</param>
    public Process Start(string directory, int ports = 32)
    {
        // Debian's counts one less.
        Process process = Shell.Start([.. Command, "-s", directory, "-n", $"{ports + 1}"]);
        Shell.Until($"{Name} listens", () => File.ReadLines("/proc/net/unix").Any(line => line.EndsWith($"{directory}/ctl", StringComparison.Ordinal) && line.Contains(" 00010000 ", StringComparison.Ordinal)));
        return process;
    }
}

/// <summary>A tap in each of two namespaces, each joined to the switch by a vde_plug of Debian's.</summary>
internal sealed class SwitchPath(SwitchProgram program) : INetworkPath
{
    const string Tap = "vbs0";
    const string NamespaceA = "vbs.a";
    const string NamespaceB = "vbs.b";

    readonly string _directory = Directory.CreateTempSubdirectory("vb-swp-").FullName;
    readonly List<Process> _processes = [];

    public string Name => program.Name;

    public string[] Needs => ["ip", "vde_plug", .. program.Command[..1].Where(word => !word.Contains('/', StringComparison.Ordinal))];

    public string[] InA => ["ip", "netns", "exec", NamespaceA];

    public string[] InB => ["ip", "netns", "exec", NamespaceB];

    public void Up()
    {
        _processes.Add(program.Start($"{_directory}/sw"));
        Join(NamespaceA, InA, INetworkPath.AddressA);
        Join(NamespaceB, InB, INetworkPath.AddressB);
        Shell.Until($"two vde_plugs on {Name}", () => Shell.TryRun([.. InA, "ping", "-c", "1", "-W", "1", INetworkPath.AddressB]).Code == 0);
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        Shell.TryRun("ip", "netns", "delete", NamespaceA);
        Shell.TryRun("ip", "netns", "delete", NamespaceB);
        Directory.Delete(_directory, recursive: true);
    }

    void Join(string ns, string[] inside, string address)
    {
        Shell.Run("ip", "netns", "add", ns);
        _processes.Add(Shell.Start([.. inside, "vde_plug", $"tap://{Tap}", $"vde://{_directory}/sw"]));
        Shell.Until($"the tap {Tap}", () => Shell.TryRun([.. inside, "ip", "link", "show", Tap]).Code == 0);
        Shell.Run([.. inside, "ip", "address", "add", $"{address}/24", "dev", Tap]);
        Shell.Run([.. inside, "ip", "link", "set", Tap, "up"]);
    }
}

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
internal sealed class SwitchPath(SwitchProgram program) : NamespacesPath(program.Name, "vbs")
{
    const string Tap = "vbs0";

    public override string[] Needs => ["ip", "vde_plug", .. program.Command[..1].Where(word => !word.Contains('/', StringComparison.Ordinal))];

    public override void Up()
    {
        Processes.Add(program.Start($"{Directory}/sw"));
        Join(NamespaceA, InA, INetworkPath.AddressA);
        Join(NamespaceB, InB, INetworkPath.AddressB);
        Shell.Until($"two vde_plugs on {Name}", () => Shell.TryRun([.. InA, "ping", "-c", "1", "-W", "1", INetworkPath.AddressB]).Code == 0);
    }

    void Join(string ns, string[] inside, string address)
    {
        Shell.Run("ip", "netns", "add", ns);
        Processes.Add(Shell.Start([.. inside, "vde_plug", $"tap://{Tap}", $"vde://{Directory}/sw"]));
        Wait(inside, Tap);
        Shell.Run([.. inside, "ip", "address", "add", $"{address}/24", "dev", Tap]);
        Shell.Run([.. inside, "ip", "link", "set", Tap, "up"]);
    }
}

using System.Diagnostics;
using System.Globalization;

namespace Vdeorch.Bench.Paths;

/// <summary>Two of Debian's vdens on a switch.</summary>
internal sealed class VdensPath(string name, SwitchProgram program) : INetworkPath
{
    readonly string _directory = Directory.CreateTempSubdirectory("vb-sw-").FullName;
    readonly List<Process> _processes = [];

    public string Name => name;

    public string[] Needs => ["vdens", "nsenter", "ip", .. program.Command[..1].Where(word => !word.Contains('/', StringComparison.Ordinal))];

    public string[] InA { get; private set; } = [];

    public string[] InB { get; private set; } = [];

    public void Up()
    {
        _processes.Add(program.Start($"{_directory}/ctl"));
        InA = Join(INetworkPath.AddressA);
        InB = Join(INetworkPath.AddressB);
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        Directory.Delete(_directory, recursive: true);
    }

    // vdens execs the command in place: its pid is the namespace's.
    string[] Join(string address)
    {
        Process vdens = Shell.Start("vdens", $"vde://{_directory}/ctl", "sleep", "3600");
        _processes.Add(vdens);
        string[] inside = ["nsenter", "-t", vdens.Id.ToString(CultureInfo.InvariantCulture), "-U", "-n", "--preserve-credentials"];
        Shell.Until("vdens' interface", () => Shell.TryRun([.. inside, "ip", "link", "show", "vde0"]).Code == 0);
        Shell.Run([.. inside, "ip", "address", "add", $"{address}/24", "dev", "vde0"]);
        Shell.Run([.. inside, "ip", "link", "set", "vde0", "up"]);
        return inside;
    }
}

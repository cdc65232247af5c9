using System.Diagnostics;

namespace Vdeorch.Bench.Paths;

/// <summary>Two network namespaces, a directory, and programs that join the ones through the other. Disposing takes all of it away.</summary>
/// <param name="prefix">Of the names of the namespaces and of the directory.</param>
internal abstract class NamespacesPath(string name, string prefix) : INetworkPath
{
    protected string NamespaceA { get; } = $"{prefix}.a";

    protected string NamespaceB { get; } = $"{prefix}.b";

    protected string Directory { get; } = System.IO.Directory.CreateTempSubdirectory($"{prefix}-").FullName;

    protected List<Process> Processes { get; } = [];

    public string Name => name;

    public abstract string[] Needs { get; }

    public string[] InA => ["ip", "netns", "exec", NamespaceA];

    public string[] InB => ["ip", "netns", "exec", NamespaceB];

    public abstract void Up();

    public void Dispose()
    {
        foreach (Process process in Processes)
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            process.Dispose();
        }

        Shell.TryRun("ip", "netns", "delete", NamespaceA);
        Shell.TryRun("ip", "netns", "delete", NamespaceB);
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    protected static void Wait(string[] inside, string tap) =>
        Shell.Until($"the tap {tap}", () => Shell.TryRun([.. inside, "ip", "link", "show", tap]).Code == 0);
}

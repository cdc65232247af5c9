namespace Vdeorch.Bench.Paths;

/// <summary>Two namespaces with a veth each into a kernel bridge in a third: the fastest there is, in the kernel and as root only.</summary>
internal sealed class BridgePath : INetworkPath
{
    public string Name => "veth + kernel bridge";

    public string[] Needs => ["ip"];

    public string[] InA => ["ip", "netns", "exec", "benchbr-a"];

    public string[] InB => ["ip", "netns", "exec", "benchbr-b"];

    public void Up()
    {
        Shell.Run("ip", "netns", "add", "benchbr");
        Shell.Run("ip", "-n", "benchbr", "link", "add", "br0", "type", "bridge");
        Shell.Run("ip", "-n", "benchbr", "link", "set", "br0", "up");
        Join("benchbr-a", INetworkPath.AddressA);
        Join("benchbr-b", INetworkPath.AddressB);
    }

    public void Dispose()
    {
        foreach (string ns in new[] { "benchbr-a", "benchbr-b", "benchbr" })
        {
            Shell.TryRun("ip", "netns", "delete", ns);
        }
    }

    static void Join(string ns, string address)
    {
        Shell.Run("ip", "netns", "add", ns);
        Shell.Run("ip", "-n", ns, "link", "add", "vde0", "type", "veth", "peer", "name", ns[^6..], "netns", "benchbr");
        Shell.Run("ip", "-n", "benchbr", "link", "set", ns[^6..], "master", "br0", "up");
        Shell.Run("ip", "-n", ns, "address", "add", $"{address}/24", "dev", "vde0");
        Shell.Run("ip", "-n", ns, "link", "set", "vde0", "up");
    }
}

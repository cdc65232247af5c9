namespace Vdeorch.Bench.Paths;

/// <summary>Two namespaces on a switch of ours.</summary>
internal sealed class VdeorchPath(VdeorchBinary vdeorch) : INetworkPath
{
    public string Name => "vdeorch switch";

    public string[] Needs => ["ip"];

    public string[] InA => ["ip", "netns", "exec", "benchpath.a"];

    public string[] InB => ["ip", "netns", "exec", "benchpath.b"];

    public void Up() => vdeorch.Apply("benchpath", $$"""
        switches: { lan: {} }
        namespaces:
          a: { to: lan, address: {{INetworkPath.AddressA}}/24 }
          b: { to: lan, address: {{INetworkPath.AddressB}}/24 }
        """);

    public void Dispose() => vdeorch.Destroy("benchpath");
}

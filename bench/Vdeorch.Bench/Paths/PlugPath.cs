namespace Vdeorch.Bench.Paths;

/// <summary>Locators for the two sides. A <c>{0}</c> in them stands for a directory of the path's own.</summary>
/// <param name="B">Null: A alone joins both sides, in one process.</param>
/// <param name="Mtu">What fits the plug where the link under it has 1500.</param>
internal sealed record PlugPair(string Name, string A, string? B, int Mtu)
{
    public static readonly PlugPair[] All =
    [
        new("a cable between taps", "tap://vbp-b", null, 1500),
        new("ptp", "ptp://{0}/p", "ptp://{0}/p", 1500),
        new("udp", "udp://7801->10.78.0.2:7802", "udp://7802->10.78.0.1:7801", 1458),
        new("vxvde", "vxvde://239.78.9.1/if=vbu", "vxvde://239.78.9.1/if=vbu", 1450),
        new("agno over ptp", "agno://{0}/key{{ptp://{0}/p}}", "agno://{0}/key{{ptp://{0}/p}}", 1500),
        new("agno over vxvde", "agno://{0}/key{{vxvde://239.78.9.2/if=vbu}}", "agno://{0}/key{{vxvde://239.78.9.2/if=vbu}}", 1412),
        new("vlan over ptp", "vlan://4{{ptp://{0}/p}}", "vlan://4{{ptp://{0}/p}}", 1500),
    ];

    public string[] Sides(string directory) =>
        [.. new[] { A, B }.OfType<string>().Select(side => side.Replace("{0}", directory, StringComparison.Ordinal).Replace("{{", "{", StringComparison.Ordinal).Replace("}}", "}", StringComparison.Ordinal))];
}

/// <summary>A tap in each of two namespaces, joined by <c>PROGRAM tap://… LOCATOR</c> in each; a veth pair beneath carries what leaves the host.</summary>
internal sealed class PlugPath(string name, string[] program, PlugPair plug) : NamespacesPath(name, "vbp")
{
    const string TapA = "vbp-a";
    const string TapB = "vbp-b";

    public override string[] Needs => ["ip", .. program[..1].Where(word => !word.Contains('/', StringComparison.Ordinal))];

    public override void Up()
    {
        File.WriteAllText($"{Directory}/key", "00112233445566778899aabbccddeeff\n");
        Shell.Run("ip", "netns", "add", NamespaceA);
        Shell.Run("ip", "netns", "add", NamespaceB);
        Shell.Run("ip", "link", "add", "vbu", "netns", NamespaceA, "type", "veth", "peer", "name", "vbu", "netns", NamespaceB);
        Beneath(InA, "10.78.0.1");
        Beneath(InB, "10.78.0.2");
        string[] sides = plug.Sides(Directory);
        if (sides.Length == 1)
        {
            Processes.Add(Shell.Start([.. program, $"tap://{TapA}", sides[0]]));
            Move(TapA, NamespaceA);
            Move(TapB, NamespaceB);
        }
        else
        {
            Processes.Add(Shell.Start([.. InA, .. program, $"tap://{TapA}", sides[0]]));
            Wait(InA, TapA);
            Processes.Add(Shell.Start([.. InB, .. program, $"tap://{TapB}", sides[1]]));
            Wait(InB, TapB);
        }

        Address(InA, TapA, INetworkPath.AddressA);
        Address(InB, TapB, INetworkPath.AddressB);
        Shell.Until($"{Name} through {plug.Name}", () => Shell.TryRun([.. InA, "ping", "-c", "1", "-W", "1", INetworkPath.AddressB]).Code == 0);
    }

    static void Beneath(string[] inside, string address)
    {
        Shell.Run([.. inside, "ip", "address", "add", $"{address}/24", "dev", "vbu"]);
        Shell.Run([.. inside, "ip", "link", "set", "vbu", "up"]);
        Shell.Run([.. inside, "ip", "link", "set", "lo", "up"]);
        Shell.Run([.. inside, "ip", "route", "add", "224.0.0.0/4", "dev", "vbu"]);
    }

    void Address(string[] inside, string tap, string address)
    {
        Shell.Run([.. inside, "ip", "address", "add", $"{address}/24", "dev", tap]);
        Shell.Run([.. inside, "ip", "link", "set", tap, "mtu", $"{plug.Mtu}", "up"]);
    }

    static void Move(string tap, string ns)
    {
        Wait([], tap);
        Shell.Run("ip", "link", "set", tap, "netns", ns);
    }
}

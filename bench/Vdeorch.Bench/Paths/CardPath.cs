using System.Diagnostics;

namespace Vdeorch.Bench.Paths;

/// <summary>One of the ways into a switch that QEMU has.</summary>
/// <param name="Netdev">QEMU's own words; <c>{0}</c> stands for a path of the card's own.</param>
/// <param name="Ours">How a switch of ours is there; null: by its public socket, which is that path.</param>
internal sealed record CardKind(string Name, string Netdev, string? Ours)
{
    public static readonly CardKind[] All =
    [
        new("stream", "stream,server=on,addr.type=unix,addr.path={0}", "qemu://{0}"),
        new("dgram", "dgram,local.type=unix,local.path={0}+,remote.type=unix,remote.path={0}", "ptp://{0}"),
        new("vde", "vde,sock={0}", null),
    ];
}

/// <summary>Two namespaces, each on a switch of ours, and a QEMU without a guest between the switches: what its netdevs cost, and nothing else.</summary>
internal sealed class CardPath(VdeorchBinary vdeorch, CardKind kind) : INetworkPath
{
    const string Qemu = "qemu-system-x86_64";

    readonly string _directory = Directory.CreateTempSubdirectory("vb-card-").FullName;
    Process? _qemu;

    public string Name => kind.Name;

    public string[] Needs => ["ip", Qemu];

    public string[] InA => ["ip", "netns", "exec", "benchcard.a"];

    public string[] InB => ["ip", "netns", "exec", "benchcard.b"];

    public void Up()
    {
        string[] places = [$"{_directory}/l", $"{_directory}/r"];
        // Of the ones QEMU looks for the switch, of the others a switch of ours looks for QEMU.
        if (kind.Ours is null)
        {
            Apply($"{{ l: {{ socket: {places[0]} }}, r: {{ socket: {places[1]} }} }}", "");
            Start(places);
        }
        else
        {
            Start(places);
            Shell.Until("QEMU's sockets", () => places.All(place => File.Exists(place) || File.Exists($"{place}+")));
            Apply("{ l: {}, r: {} }", string.Join(", ", places.Select((place, at) => $"[{(at == 0 ? "l" : "r")}, \"{At(kind.Ours, place)}\"]")));
        }

        Shell.Until($"{Name} through QEMU", () => Shell.TryRun([.. InA, "ping", "-c", "1", "-W", "1", INetworkPath.AddressB]).Code == 0);
    }

    public void Dispose()
    {
        _qemu?.Kill();
        _qemu?.WaitForExit();
        _qemu?.Dispose();
        vdeorch.Destroy("benchcard");
        Directory.Delete(_directory, recursive: true);
    }

    void Start(string[] places) => _qemu = Shell.Start(
        [Qemu, "-machine", "none", "-nodefaults", "-display", "none", .. places.SelectMany((place, at) => new[] { "-netdev", $"{At(kind.Netdev, place)},id=n{at}", "-netdev", $"hubport,hubid=0,netdev=n{at},id=h{at}" })]);

    void Apply(string switches, string cables) => vdeorch.Apply("benchcard", $$"""
        switches: {{switches}}
        cables: [{{cables}}]
        namespaces:
          a: { to: l, address: {{INetworkPath.AddressA}}/24 }
          b: { to: r, address: {{INetworkPath.AddressB}}/24 }
        """);

    static string At(string text, string place) => text.Replace("{0}", place, StringComparison.Ordinal);
}

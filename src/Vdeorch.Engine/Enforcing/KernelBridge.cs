using System.Collections.Immutable;
using System.Text.Json;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Engine.Enforcing;

/// <summary>Bridges of the kernel's in namespaces, by ip(8).</summary>
static class KernelBridge
{
    static readonly Tool s_ip = new(VnfProgram.Ip, "bridges are");

    /// <summary>Makes it, or changes what is different: ports that stay forward all the while.</summary>
    /// <param name="isOurs">Whether we made one of its name. Another's is left alone.</param>
    /// <exception cref="LinuxException">ip is missing, or refused, or there is one that we did not make.</exception>
    public static async Task MakeAsync(NetNamespace ns, BridgeSpec wished, bool isOurs, CancellationToken ct)
    {
        BridgeSpec? there = await FindAsync(ns, wished.Name, ct);
        if (there is not null && !isOurs)
        {
            throw new LinuxException(Errnos.Invalid, s_ip.Name, wished.Name, "there is a bridge of that name that vdeorch did not make; give this one another `name`");
        }

        IEnumerable<string> commands =
        [
            .. there is null ? new[] { $"link add {wished.Name} type bridge" } : [],
            $"link set {wished.Name} type bridge stp_state {(wished.Stp ? 1 : 0)}",
            .. wished.Ports.Except(there?.Ports ?? []).Select(port => $"link set {port} master {wished.Name}"),
            .. (there?.Ports ?? []).Except(wished.Ports).Select(port => $"link set {port} nomaster"),
            // With the first address of a subnet the kernel takes away the others of it, which then are put back.
            .. (there?.Addresses ?? []).Except(wished.Addresses).Select(address => $"address del {address} dev {wished.Name}"),
            .. wished.Addresses.Select(address => $"address replace {address} dev {wished.Name}"),
            $"link set {wished.Name} up",
        ];
        await s_ip.RunAsync(wished.Name, ns.Fd, ["-batch", "-"], string.Concat(commands.Select(command => $"{command}\n")), ct);
    }

    /// <summary>Its ports are ordinary interfaces again. One that has gone is fine.</summary>
    public static async Task RemoveAsync(NetNamespace ns, string name, CancellationToken ct)
    {
        if (await FindAsync(ns, name, ct) is not null)
        {
            await s_ip.RunAsync(name, ns.Fd, ["link", "delete", name, "type", "bridge"], "", ct);
        }
    }

    /// <returns>Null when there is no such bridge.</returns>
    /// <exception cref="LinuxException">ip is missing.</exception>
    public static async Task<BridgeSpec?> FindAsync(NetNamespace ns, string name, CancellationToken ct)
    {
        using JsonDocument bridges = await AskAsync(ns, ["-d", "link", "show", "type", "bridge"], ct);
        if (bridges.RootElement.EnumerateArray().FirstOrDefault(link => NameOf(link) == name) is not { ValueKind: JsonValueKind.Object } bridge)
        {
            return null;
        }

        using JsonDocument ports = await AskAsync(ns, ["link", "show", "master", name], ct);
        using JsonDocument addresses = await AskAsync(ns, ["address", "show", "dev", name, "scope", "global"], ct);
        return new BridgeSpec(
            name, [.. ports.RootElement.EnumerateArray().Select(NameOf).OfType<string>()], [.. addresses.RootElement.EnumerateArray().SelectMany(link => Addresses(link))],
            bridge.TryGetProperty("linkinfo", out JsonElement info) && info.TryGetProperty("info_data", out JsonElement data) && data.TryGetProperty("stp_state", out JsonElement stp) && stp.GetInt32() != 0);
    }

    static async Task<JsonDocument> AskAsync(NetNamespace ns, string[] words, CancellationToken ct) =>
        await s_ip.RunAsync(string.Join(' ', words), ns.Fd, ["-j", .. words], "", ct) is { Length: > 0 } json ? JsonDocument.Parse(json) : JsonDocument.Parse("[]");

    static string? NameOf(JsonElement link) => link.TryGetProperty("ifname", out JsonElement name) ? name.GetString() : null;

    static ImmutableArray<InterfaceAddress> Addresses(JsonElement link) => !link.TryGetProperty("addr_info", out JsonElement all) ? [] :
    [
        .. all.EnumerateArray().Where(one => one.TryGetProperty("local", out _))
            .Select(one => InterfaceAddress.TryParse($"{one.GetProperty("local").GetString()}/{one.GetProperty("prefixlen").GetInt32()}", out InterfaceAddress? address) ? address : null).OfType<InterfaceAddress>(),
    ];
}

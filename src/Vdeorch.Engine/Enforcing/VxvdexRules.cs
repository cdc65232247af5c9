using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Vdeorch.Engine.Enforcing;

/// <summary>
/// What the kernel module of vxvdex does, by nftables: in one network namespace, only sockets of the cloud's group of users, and root's, send to it and
/// hear it. One table a cloud, which goes with the last of its owners.
/// </summary>
/// <remarks>
/// A packet is the cloud's by its group address, or by the eight bytes of header that begin its payload, whatever port it goes to.
/// 1. Going out: the sending socket is known; its group decides. The refused get EPERM. The ports members send from are remembered, until their farewell.
/// 2. Coming in for one host: only to a port that a member has sent from within <see cref="MemberPortAge"/>; nobody else is sent to, addresses being learned.
/// 3. Coming in for the group, IPv4: the kernel knows the receiving socket beforehand where there is exactly one (early demultiplexing), and its group decides.
///    Where there are several, nobody gets it: a plug therefore keeps the port to itself (<c>PlugOpening.MayOpenUnenforced</c>), and strangers cannot bind it.
/// 4. The same, IPv6: the kernel never knows. What keeps strangers out is only that the plug holds the port.
/// docs/plugs/vxvdex.md says what that protects from, and what not.
/// </remarks>
public static class VxvdexRules
{
    const string TablePrefix = "vdeorch_vxvdex_";
    const int MaxMemberPorts = 4096;

    /// <summary>Well over the time that others remember an address for (128 s).</summary>
    const string MemberPortAge = "10m";

    /// <summary>Its packets come from the kernel, which has no group, and its header may look the same.</summary>
    const int VxlanPort = 4789;

    /// <summary>A header without a frame: who sends it leaves.</summary>
    const string Farewell = "udp length 16";

    const string RefusedSending = "refused_sending";
    const string RefusedReceiving = "refused_receiving";

    /// <summary>Of the counters that say who holds a table; nothing counts in them.</summary>
    const string OwnerPrefix = "owner_";

    /// <summary>The name of the cloud's table, of family inet. The group's number is in the address.</summary>
    public static string Table(VxvdexCloud cloud)
    {
        string address = string.Concat(cloud.Address.ToString().Select(c => char.IsAsciiHexDigit(c) ? c : '_'));
        return string.Create(CultureInfo.InvariantCulture, $"{TablePrefix}{address}_{cloud.Port}");
    }

    /// <summary>One name for each segment of each topology of each engine.</summary>
    internal static string Owner(string runDirectory, string topology, string segment) =>
        $"{topology.Replace('-', '_')}_{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{runDirectory}\n{topology}\n{segment}")).AsSpan(0, 8))}";

    /// <summary>One transaction that replaces whatever there is of the cloud.</summary>
    internal static string Render(VxvdexCloud cloud, IEnumerable<string> owners)
    {
        string body = RenderBody(cloud);
        string held = string.Concat(owners.Select(owner => $"\n    counter {OwnerPrefix}{owner} {{\n    }}\n"));
        return $$"""
            add table inet {{Table(cloud)}}
            delete table inet {{Table(cloud)}}
            table inet {{Table(cloud)}} {
                comment "{{Fingerprint(body)}}"
            {{body}}
            {{held}}}

            """;
    }

    /// <summary>Adds an owner to a table that is there, and leaves the ports it knows members by.</summary>
    internal static string RenderHolding(VxvdexCloud cloud, string owner) => $"add counter inet {Table(cloud)} {OwnerPrefix}{owner}\n";

    /// <summary>The reverse, for one of several owners.</summary>
    internal static string RenderLetting(VxvdexCloud cloud, string owner) => $"delete counter inet {Table(cloud)} {OwnerPrefix}{owner}\n";

    /// <summary>Succeeds too where there is nothing.</summary>
    internal static string RenderRemoval(VxvdexCloud cloud) => $"""
        add table inet {Table(cloud)}
        delete table inet {Table(cloud)}

        """;

    /// <param name="listing">Of <c>nft -j list ruleset inet</c>.</param>
    internal static VxvdexObserved? Parse(VxvdexCloud cloud, string listing)
    {
        string table = Table(cloud);
        string body = RenderBody(cloud);
        string? comment = null;
        bool exists = false;
        int rules = 0;
        long refusedSending = 0;
        long refusedReceiving = 0;
        ImmutableArray<string>.Builder owners = ImmutableArray.CreateBuilder<string>();
        using JsonDocument document = JsonDocument.Parse(listing);
        foreach (JsonProperty entry in document.RootElement.GetProperty("nftables").EnumerateArray().SelectMany(element => element.EnumerateObject()))
        {
            switch (entry.Name)
            {
                case "table" when Text(entry.Value, "name") == table:
                    exists = true;
                    comment = Text(entry.Value, "comment");
                    break;
                case "rule" when Text(entry.Value, "table") == table:
                    rules++;
                    break;
                case "counter" when Text(entry.Value, "table") == table && Text(entry.Value, "name") == RefusedSending:
                    refusedSending = entry.Value.GetProperty("packets").GetInt64();
                    break;
                case "counter" when Text(entry.Value, "table") == table && Text(entry.Value, "name") == RefusedReceiving:
                    refusedReceiving = entry.Value.GetProperty("packets").GetInt64();
                    break;
                case "counter" when Text(entry.Value, "table") == table && Text(entry.Value, "name") is { } name && name.StartsWith(OwnerPrefix, StringComparison.Ordinal):
                    owners.Add(name[OwnerPrefix.Length..]);
                    break;
            }
        }
        // nft of before 0.9.8 tells no comment; then the number of rules must do.
        bool isIntact = (comment is null || comment == Fingerprint(body)) && rules == CountRules(body);
        return exists ? new VxvdexObserved(isIntact, refusedSending, refusedReceiving, owners.ToImmutable()) : null;
    }

    static string RenderBody(VxvdexCloud cloud)
    {
        string family = IsInet(cloud) ? "ip" : "ip6";
        string header = string.Create(CultureInfo.InvariantCulture, $"@th,64,64 0x{0x08UL << 56 | (ulong)cloud.Group << 8:x16}");
        string group = string.Create(CultureInfo.InvariantCulture, $"{family} daddr {cloud.Address} udp dport {cloud.Port}");
        string anywhere = string.Create(CultureInfo.InvariantCulture, $"udp dport != {VxlanPort} {header}");
        string receivers = IsInet(cloud)
            ? $"""
                    meta skgid {cloud.Group} accept
                    meta skuid 0 accept
                    counter name {RefusedReceiving} drop
            """
            : "        accept";
        return $$"""
                set member_ports {
                    type inet_service
                    flags dynamic,timeout
                    size {{MaxMemberPorts}}
                    timeout {{MemberPortAge}}
                }

                counter {{RefusedSending}} {
                }

                counter {{RefusedReceiving}} {
                }

                chain output {
                    type filter hook output priority 0; policy accept;
                    {{group}} goto sending
                    {{anywhere}} goto sending
                }

                chain input {
                    type filter hook input priority 0; policy accept;
                    {{group}} goto receiving_group
                    {{anywhere}} goto receiving_one
                }

                chain sending {
                    meta skgid {{cloud.Group}} {{Farewell}} delete @member_ports { udp sport } accept
                    meta skuid 0 {{Farewell}} delete @member_ports { udp sport } accept
                    meta skgid {{cloud.Group}} update @member_ports { udp sport } accept
                    meta skuid 0 update @member_ports { udp sport } accept
                    counter name {{RefusedSending}} drop
                }

                chain receiving_group {
            {{receivers}}
                }

                chain receiving_one {
                    udp dport @member_ports accept
                    counter name {{RefusedReceiving}} drop
                }
            """;
    }

    static int CountRules(string body) => body.Split('\n').Select(line => line.Trim()).Count(line => line is "accept"
        || line.EndsWith(" accept", StringComparison.Ordinal) || line.EndsWith(" drop", StringComparison.Ordinal) || line.Contains(" goto ", StringComparison.Ordinal));

    static string Fingerprint(string body) => $"vdeorch {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(body)).AsSpan(0, 8))}";

    static bool IsInet(VxvdexCloud cloud) => cloud.Address.AddressFamily == AddressFamily.InterNetwork;

    static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <param name="IsIntact">As they were put in force.</param>
/// <param name="RefusedSending">Packets of this host's strangers, since then.</param>
/// <param name="RefusedReceiving">Packets that nobody of this host may hear, or several would.</param>
/// <param name="Owners">Who holds them.</param>
public sealed record VxvdexObserved(bool IsIntact, long RefusedSending, long RefusedReceiving, ImmutableArray<string> Owners);

using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;

namespace Vdeorch.Engine.Enforcing;

/// <summary>
/// What the kernel module of vxvdex does, by nftables: in one network namespace, only sockets of the cloud's group of users, and root's, send to it and
/// hear it. One table a cloud.
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
    const string Tool = "nft";
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

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>The name of the cloud's table, of family inet.</summary>
    public static string Table(VxvdexCloud cloud) => string.Create(CultureInfo.InvariantCulture,
        $"{TablePrefix}{(IsInet(cloud) ? "ip" : "ip6")}_{cloud.Group}_{cloud.Port}");

    /// <summary>One transaction that replaces whatever there is of the cloud.</summary>
    public static string Render(VxvdexCloud cloud)
    {
        string body = RenderBody(cloud);
        return $$"""
            add table inet {{Table(cloud)}}
            delete table inet {{Table(cloud)}}
            table inet {{Table(cloud)}} {
                comment "{{Fingerprint(body)}}"
            {{body}}
            }

            """;
    }

    /// <summary>Succeeds too where there is nothing.</summary>
    public static string RenderRemoval(VxvdexCloud cloud) => $"""
        add table inet {Table(cloud)}
        delete table inet {Table(cloud)}

        """;

    /// <summary>Puts the rules in force, all at once. Before the plug is opened: there is no moment without them.</summary>
    /// <param name="net">The network namespace; null: the calling thread's.</param>
    /// <exception cref="LinuxException">nft is missing, or refused; then nothing has changed.</exception>
    public static async Task ApplyAsync(VxvdexCloud cloud, Fd? net, CancellationToken ct) => await RunAsync(cloud, net, ["-f", "-"], Render(cloud), ct).ConfigureAwait(false);

    /// <summary>After the plug has been closed. What was refused until now is forgotten.</summary>
    /// <inheritdoc cref="ApplyAsync"/>
    public static async Task RemoveAsync(VxvdexCloud cloud, Fd? net, CancellationToken ct) => await RunAsync(cloud, net, ["-f", "-"], RenderRemoval(cloud), ct).ConfigureAwait(false);

    /// <returns>Null when there are no rules for the cloud.</returns>
    public static async Task<VxvdexObserved?> ObserveAsync(VxvdexCloud cloud, Fd? net, CancellationToken ct)
    {
        string listing = await RunAsync(cloud, net, ["-j", "list", "ruleset", "inet"], "", ct).ConfigureAwait(false);
        return Parse(cloud, listing);
    }

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
            }
        }
        // nft of before 0.9.8 tells no comment; then the number of rules must do.
        bool isIntact = (comment is null || comment == Fingerprint(body)) && rules == CountRules(body);
        return exists ? new VxvdexObserved(isIntact, refusedSending, refusedReceiving) : null;
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

    /// <returns>What it printed.</returns>
    static async Task<string> RunAsync(VxvdexCloud cloud, Fd? net, string[] arguments, string input, CancellationToken ct)
    {
        (Fd inputReads, Fd inputWrites) = Descriptors.Pipe();
        (Fd outputReads, Fd outputWrites) = Descriptors.Pipe();
        using (inputReads)
        using (inputWrites)
        using (outputReads)
        {
            int pid;
            using (outputWrites)
            {
                pid = Start(net, arguments, inputReads, outputWrites);
            }
            using ProcessHandle? process = ProcessHandle.TryOpen(pid);
            // A ruleset is shorter than a pipe is deep, so this does not wait for nft.
            Descriptors.Write(inputWrites, Encoding.UTF8.GetBytes(input));
            inputWrites.Dispose();
            Task<string> output = Task.Run(() => Descriptors.ReadToEnd(outputReads), CancellationToken.None);
            int? exitCode = process is null ? null : await WaitAsync(process, cloud, ct).ConfigureAwait(false);
            string printed = await output.ConfigureAwait(false);
            return exitCode == 0 ? printed : throw new LinuxException(Errnos.Invalid, Tool, Table(cloud), printed.ReplaceLineEndings(" ").Trim());
        }
    }

    static async Task<int?> WaitAsync(ProcessHandle process, VxvdexCloud cloud, CancellationToken ct)
    {
        try
        {
            return await process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_patience, ct).ConfigureAwait(false);
        }
        catch (Exception stuck) when (stuck is TimeoutException or OperationCanceledException)
        {
            process.Signal(Signals.Kill);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw stuck is TimeoutException ? new LinuxException(Errnos.TimedOut, Tool, Table(cloud)) : stuck;
        }
    }

    static int Start(Fd? net, string[] arguments, Fd input, Fd output)
    {
        try
        {
            return Spawner.Spawn(new SpawnRequest
            {
                Program = Tool,
                Arguments = [Tool, .. arguments],
                Environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"],
                JoinNet = net,
                StandardInput = input,
                StandardOutput = output,
                StandardError = output,
            });
        }
        catch (LinuxException missing) when (missing.Errno == Errnos.NoEntry)
        {
            throw new LinuxException(missing.Errno, missing.Operation, missing.Subject, "vxvdex:// is enforced by nftables; install the package 'nftables'");
        }
    }
}

/// <param name="IsIntact">As they were put in force.</param>
/// <param name="RefusedSending">Packets of this host's strangers, since then.</param>
/// <param name="RefusedReceiving">Packets that nobody of this host may hear, or several would.</param>
public sealed record VxvdexObserved(bool IsIntact, long RefusedSending, long RefusedReceiving);

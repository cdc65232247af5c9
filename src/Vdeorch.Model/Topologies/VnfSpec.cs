using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A network function that the kernel itself carries out: settings of its namespace, a table of packet filter rules, queues, a bridge, a tunnel.</summary>
/// <param name="Kind">As the file calls it: <c>nat</c>.</param>
public sealed record VnfSpec(string Namespace, string Kind) : IResourceSpec
{
    /// <summary>The field that stands for <see cref="Ruleset"/>.</summary>
    public const string RulesPath = "rules";

    /// <summary>What fields of <see cref="Sysctls"/> begin with.</summary>
    public const string SysctlPaths = "sysctl.";

    /// <summary>What it was asked for: each key to its value as a file has it, on one line. They are noted, not made: what they come to is made.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Dotted name to value, below <c>net.</c>.</summary>
    public ImmutableSortedDictionary<string, string> Sysctls { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>One table in the language of nft(8), called <see cref="Table"/>; null: it needs none.</summary>
    public string? Ruleset { get; init; }

    /// <summary>The field that stands for <see cref="Bridge"/>.</summary>
    public const string BridgePath = "bridge";

    /// <summary>Null: it makes none.</summary>
    public BridgeSpec? Bridge { get; init; }

    /// <summary>Null: it makes none. Its fields stand in the place of <see cref="Parameters"/>: all of them can be seen.</summary>
    public WireguardSpec? Wireguard { get; init; }

    /// <summary>Ports that it is the only one to have, at every address of its namespace.</summary>
    public ImmutableArray<DaemonPort> Ports { get; init; } = [];

    /// <summary>What fields of <see cref="Queues"/> begin with.</summary>
    public const string QueuePaths = "queues.";

    /// <summary>Interface to its classes of htb, a line each as tc(8) takes what follows <c>class replace dev NAME</c>. What the packet filter puts into none of them is in 1:2.</summary>
    public ImmutableSortedDictionary<string, string> Queues { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Its namespace and the interfaces in it; of a tunnel also those that it calls.</summary>
    public ImmutableArray<ResourceId> DependsOn { get; init; } = [];

    public ResourceId Id => new(Kinds.Vnf, $"{Namespace}/{Kind}");

    /// <summary>What its table is called, in the family inet.</summary>
    public string Table => TableOf(Kind);

    public ImmutableArray<Field> Fields =>
    [
        .. Wireguard?.Fields ?? [.. Parameters.Select(pair => new Field(pair.Key, pair.Value, OnChange.Hot))],
        .. Bridge is null ? Array.Empty<Field>() : [new Field(BridgePath, Bridge.ToString(), OnChange.Hot)],
        .. Queues.Select(pair => new Field($"{QueuePaths}{pair.Key}", PrintQueues(pair.Value), OnChange.Hot)),
        .. Ruleset is null ? Array.Empty<Field>() : [new Field(RulesPath, PrintRules(Ruleset), OnChange.Hot)],
        .. Sysctls.Select(pair => new Field($"{SysctlPaths}{pair.Key}", pair.Value, OnChange.Hot)),
    ];

    public OnChange CostOf(string path) => Wireguard is not null && path == WireguardSpec.InterfacePath ? OnChange.Replace : OnChange.Hot;

    public static string TableOf(string kind) => $"vdeorch-{kind}";

    /// <summary>How many rules, and which.</summary>
    public static string PrintRules(string ruleset)
    {
        int rules = ruleset.Split('\n').Count(IsRule);
        return string.Create(CultureInfo.InvariantCulture, $"{rules} {(rules == 1 ? "rule" : "rules")} ({ContentDigest.Of(Encoding.UTF8.GetBytes(ruleset)):x16})");
    }

    /// <summary>How many classes, and which.</summary>
    public static string PrintQueues(string queues)
    {
        int classes = queues.Count(c => c == '\n');
        return string.Create(CultureInfo.InvariantCulture, $"{classes} classes ({ContentDigest.Of(Encoding.UTF8.GetBytes(queues)):x16})");
    }

    // What is in a chain and is not its first line.
    static bool IsRule(string line) => line.StartsWith("\t\t", StringComparison.Ordinal) && !line.StartsWith("\t\ttype ", StringComparison.Ordinal) && !line.StartsWith("\t\telements", StringComparison.Ordinal) && !line.StartsWith("\t\tflags", StringComparison.Ordinal);
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>Which packets of a namespace look into which routing table.</summary>
/// <param name="Priority">The lowest is looked at first.</param>
/// <param name="From">Null: from anywhere.</param>
/// <param name="To">Null: to anywhere. Never both; of one family.</param>
/// <param name="Mark">0: any.</param>
/// <param name="Table">2147483647 at most; 254 is the main one.</param>
public sealed record RuleSpec(int Priority, IPNetwork? From, IPNetwork? To, int Mark, int Table)
{
    public const int MinPriority = 1;

    /// <summary>Behind it comes the kernel's own, to the main table.</summary>
    public const int MaxPriority = 32765;

    /// <summary>What fields of rules begin with.</summary>
    public const string Paths = "rules.";

    const string TableWord = "table ";

    public bool IsV6 => (From ?? To)!.Value.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>Priority and selector: what tells a rule from others.</summary>
    public string Path => string.Create(CultureInfo.InvariantCulture,
        $"{Paths}{Priority}{(From is { } from ? $" from {from}" : "")}{(To is { } to ? $" to {to}" : "")}{(Mark == 0 ? "" : $" mark {Mark}")}");

    public string Value => string.Create(CultureInfo.InvariantCulture, $"{TableWord}{Table}");

    public Field Field => new(Path, Value, OnChange.Hot);

    /// <summary>One that says nothing of addresses is of all of its family, and what is all of a family beside another network goes without saying.</summary>
    public static RuleSpec Of(int priority, IPNetwork? from, IPNetwork? to, int mark, int table, bool isV6)
    {
        IPNetwork? source = from is { PrefixLength: > 0 } ? from : null;
        IPNetwork? destination = to is { PrefixLength: > 0 } ? to : null;
        return new RuleSpec(priority, source is null && destination is null ? new IPNetwork(isV6 ? IPAddress.IPv6Any : IPAddress.Any, 0) : source, destination, mark, table);
    }

    /// <summary>The reverse of <see cref="Path"/> and <see cref="Value"/>.</summary>
    /// <returns>Null when they are of something that this cannot say.</returns>
    public static RuleSpec? TryParse(string path, string value)
    {
        string[] words = path[Paths.Length..].Split(' ');
        if (!int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int priority) || priority is < MinPriority or > MaxPriority
            || !value.StartsWith(TableWord, StringComparison.Ordinal) || !int.TryParse(value.AsSpan(TableWord.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int table))
        {
            return null;
        }

        RuleSpec rule = new(priority, null, null, 0, table);
        for (int at = 1; at + 1 < words.Length; at += 2)
        {
            switch (words[at])
            {
                case "from" when IPNetwork.TryParse(words[at + 1], out IPNetwork from): rule = rule with { From = from }; break;
                case "to" when IPNetwork.TryParse(words[at + 1], out IPNetwork to): rule = rule with { To = to }; break;
                case "mark" when int.TryParse(words[at + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int mark): rule = rule with { Mark = mark }; break;
                default: return null;
            }
        }

        return rule.Path == path ? rule : null;
    }
}

using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Schemas;

/// <summary>What rules of routing are made of.</summary>
internal static class RuleScalars
{
    public static readonly ScalarSchema<string> PriorityKey = new(string.Create(CultureInfo.InvariantCulture, $"a priority {RuleSpec.MinPriority}..{RuleSpec.MaxPriority}"), ReadPriority, value => value,
        () => Scalars.Pattern("([1-9][0-9]{0,3}|[12][0-9]{4}|3[01][0-9]{3}|32[0-6][0-9]{2}|327[0-5][0-9]|3276[0-5])"));

    /// <summary>One address alone is the network of one.</summary>
    public static readonly ScalarSchema<IPNetwork> Network = new("a prefix or an address", ReadNetwork, value => value.ToString(), () => Scalars.Pattern("^([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(/[0-9]{1,3})?$"));

    static Problem? ReadPriority(ScalarText text, out string value)
    {
        value = text.Text;
        return int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int priority) && priority is >= RuleSpec.MinPriority and <= RuleSpec.MaxPriority && text.Text[0] != '0'
            ? null
            : new Problem(DiagnosticCatalog.OutOfRange, $"{Scalars.Shorten(text.Text)} is no priority of a rule", string.Create(CultureInfo.InvariantCulture, $"they are {RuleSpec.MinPriority}..{RuleSpec.MaxPriority}, the lowest looked at first"));
    }

    static Problem? ReadNetwork(ScalarText text, out IPNetwork value)
    {
        value = default;
        if (StrictAddress.TryParse(text.Text, out IPAddress? host))
        {
            value = new IPNetwork(host, host.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
            return null;
        }

        int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !InterfaceAddress.TryParse(text.Text, out InterfaceAddress? parsed))
        {
            return new Problem(DiagnosticCatalog.BadPrefix, $"{Quoted.Text(text.Text)} is neither a prefix nor an address", "for example 10.1.0.0/16, or 10.1.0.7");
        }

        value = parsed.Value.Subnet;
        return value.BaseAddress.Equals(parsed.Value.Address) ? null
            : new Problem(DiagnosticCatalog.BadPrefix, $"{text.Text} has host bits beyond its prefix length", $"write {value}", 0, slash);
    }
}

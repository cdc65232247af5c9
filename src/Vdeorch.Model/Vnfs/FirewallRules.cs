using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Vnfs;

/// <summary>Makes rules of nft(8) of a file's, for as many address families and protocols as one is about.</summary>
internal sealed class FirewallRules(VnfScope scope, ImmutableArray<FirewallSet> sets)
{
    /// <summary>Whether it is IPv6.</summary>
    public static readonly ImmutableArray<bool> Families = [false, true];

    static readonly string[] s_targetPort = ["dport"];
    static readonly string[] s_eitherPort = ["dport", "sport"];

    public ImmutableArray<FirewallSet> Sets => sets;

    /// <summary>False when something was reported.</summary>
    public bool AreGood { get; private set; } = true;

    /// <summary>None when the rule is wrong.</summary>
    public ImmutableArray<string> Of(FirewallRule rule, Verdict verdict) => Of(rule, "", FirewallText.Of(verdict), eitherPort: false);

    /// <param name="begins">What each matches besides, with a blank behind it.</param>
    /// <param name="ends">What is done with a packet.</param>
    /// <param name="eitherPort">Whether ports may be those of who sends, too.</param>
    /// <returns>None when the rule is wrong.</returns>
    public ImmutableArray<string> Of(FirewallRule rule, string begins, string ends, bool eitherPort)
    {
        if (rule.IsEstablished)
        {
            return [$"{begins}ct state established,related {ends}"];
        }

        if (Resolve(rule.From) is not { } from || Resolve(rule.To) is not { } to)
        {
            return [];
        }

        string[] ways = [.. Common(from, to).SelectMany(v6 => from.Prints("iifname", "saddr", v6).SelectMany(source => to.Prints("oifname", "daddr", v6).Select(target => $"{source}{target}")))];
        if (ways.Length == 0)
        {
            return Wrong(DiagnosticCatalog.FamilyMixUp, rule.At, "the two sides of this rule are of different address families, so it is about nothing", "name IPv4 with IPv4, and IPv6 with IPv6");
        }

        return [.. ways.SelectMany(way => Protocols(rule, eitherPort).Select(protocol => $"{begins}{way}{protocol}{ends}"))];
    }

    public static string Print(IPNetwork network) =>
        network.PrefixLength == (network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128) ? network.BaseAddress.ToString() : network.ToString();

    // Without addresses a rule is about both families at once.
    static IEnumerable<bool?> Common(Ends from, Ends to) => !from.HasAddresses && !to.HasAddresses ? [null]
        : Families.Where(v6 => from.Has(v6) && to.Has(v6)).Select(v6 => (bool?)v6);

    static string[] Protocols(FirewallRule rule, bool eitherPort) => rule.Tcp.IsEmpty && rule.Udp.IsEmpty && !rule.Icmp ? [""] :
    [
        .. Ports("tcp", rule.Tcp, eitherPort),
        .. Ports("udp", rule.Udp, eitherPort),
        .. rule.Icmp ? ["meta l4proto { icmp, ipv6-icmp } "] : Array.Empty<string>(),
    ];

    static IEnumerable<string> Ports(string protocol, ImmutableArray<PortRange> ports, bool eitherPort) => ports.IsEmpty ? []
        : (eitherPort ? s_eitherPort : s_targetPort).Select(port => $"{protocol} {port} {OneOrSet(ports.Select(range => range.ToString()))} ");

    static string OneOrSet(IEnumerable<string> items)
    {
        string[] all = [.. items.Distinct(StringComparer.Ordinal)];
        return all.Length == 1 ? all[0] : $"{{ {string.Join(", ", all)} }}";
    }

    ImmutableArray<string> Wrong(DiagnosticCode code, TextRange at, string message, string? suggestion)
    {
        AreGood = false;
        scope.Context.Report(code, at, message, suggestion);
        return [];
    }

    Ends? Resolve(ImmutableArray<Located<string>> names)
    {
        Ends ends = new();
        foreach (Located<string> name in names)
        {
            if (!Add(name, ends))
            {
                AreGood = false;
                return null;
            }
        }

        if (ends.Interfaces.Count > 0 && ends.HasAddresses)
        {
            Wrong(DiagnosticCatalog.Conflict, names[0].At, "one side of a rule names interfaces, or else addresses", "make two rules of it");
            return null;
        }

        return ends;
    }

    bool Add(Located<string> name, Ends ends)
    {
        if (scope.IsLink(name.Value))
        {
            ends.Interfaces.Add(name.Value);
            return true;
        }

        if (sets.FirstOrDefault(set => set.Name == name.Value) is { } set)
        {
            foreach (bool v6 in Families.Where(set.Has))
            {
                ends.Named(v6).Add($"@{FirewallSet.NameOf(set.Name, v6)}");
            }

            return true;
        }

        if (scope.IsNamespace(name.Value))
        {
            ImmutableArray<IPAddress> addresses = scope.Addresses(name);
            foreach (IPAddress address in addresses)
            {
                ends.Plain(address.AddressFamily == AddressFamily.InterNetworkV6).Add(address.ToString());
            }

            return !addresses.IsEmpty;
        }

        if (!AddNetwork(name, ends))
        {
            scope.Context.Report(DiagnosticCatalog.UnknownInterface, name.At, $"{Quoted.Text(name.Value)} is no interface of {scope.Namespace.Id}, no namespace, no set of this firewall, and no prefix or address",
                scope.Context.DidYouMean(name.Value, [.. scope.Namespace.Interfaces.Select(one => one.Name), .. sets.Select(one => one.Name)]));
            return false;
        }

        return true;
    }

    static bool AddNetwork(Located<string> name, Ends ends)
    {
        if (StrictAddress.TryParse(name.Value, out IPAddress? address))
        {
            ends.Plain(address.AddressFamily == AddressFamily.InterNetworkV6).Add(address.ToString());
            return true;
        }

        if (!InterfaceAddress.TryParse(name.Value, out InterfaceAddress? network))
        {
            return false;
        }

        ends.Plain(network.Value.IsV6).Add(Print(network.Value.Subnet));
        return true;
    }

    /// <summary>One side of a rule; empty is any.</summary>
    sealed class Ends
    {
        readonly List<string>[] _plain = [[], []];
        readonly List<string>[] _named = [[], []];

        public List<string> Interfaces { get; } = [];

        public bool HasAddresses => HasOwn(false) || HasOwn(true);

        public List<string> Plain(bool v6) => _plain[v6 ? 1 : 0];

        public List<string> Named(bool v6) => _named[v6 ? 1 : 0];

        /// <summary>Whether it is about that family at all.</summary>
        public bool Has(bool v6) => !HasAddresses || HasOwn(v6);

        /// <summary>Each a way to match it: a named set stands alone in a rule.</summary>
        /// <param name="v6">Null: both families.</param>
        public string[] Prints(string interfaceWord, string addressWord, bool? v6)
        {
            if (Interfaces.Count > 0)
            {
                return [$"{interfaceWord} {OneOrSet(Interfaces.Select(name => $"\"{name}\""))} "];
            }

            if (v6 is not { } family || !HasAddresses)
            {
                return [""];
            }

            string[] matched = [.. Plain(family).Count > 0 ? [OneOrSet(Plain(family))] : Array.Empty<string>(), .. Named(family)];
            return [.. matched.Select(one => $"{(family ? "ip6" : "ip")} {addressWord} {one} ")];
        }

        bool HasOwn(bool v6) => Plain(v6).Count + Named(v6).Count > 0;
    }
}

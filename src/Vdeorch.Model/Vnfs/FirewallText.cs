using System.Collections.Immutable;
using Vdeorch.Model.Rendering;

namespace Vdeorch.Model.Vnfs;

/// <summary>A firewall's parameters as a file has them, every default written.</summary>
internal static class FirewallText
{
    public static string Of(Verdict verdict) => verdict == Verdict.Accept ? "accept" : "drop";

    /// <returns>Null for none.</returns>
    public static string? Of(ImmutableArray<FirewallRule> rules) => rules.IsEmpty ? null : YamlWriter.List(rules.Select(Of));

    public static string Of(FirewallSide input) => VnfText.Map(("policy", Of(input.Policy)), ("allow", Of(input.Allow)), ("deny", Of(input.Deny)));

    static string Of(FirewallRule rule) => rule.IsEstablished ? "established" : VnfText.Map(
        ("from", VnfText.List(rule.From.Select(one => one.Value))),
        ("to", VnfText.List(rule.To.Select(one => one.Value))),
        ("tcp", VnfText.List(rule.Tcp.Select(range => range.ToString()))),
        ("udp", VnfText.List(rule.Udp.Select(range => range.ToString()))),
        ("icmp", rule.Icmp ? "true" : null));
}

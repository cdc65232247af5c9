using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Rules of routing: ours, and those typed by hand. What the kernel and routing daemons made is theirs; what carries no mark in a namespace with hooks is the hooks'.</summary>
internal static class RuleObserver
{
    // rtnetlink(7), linux/rtnetlink.h: `ip rule add` says nothing of who makes it.
    const byte Unspecified = 0;
    const byte Boot = 3;
    const byte Static = 4;

    /// <param name="isHooked">Whether the namespace has hooks.</param>
    public static bool IsAsked(RuleInfo rule, bool isHooked) =>
        rule.Protocol == Marks.RouteProtocol || (!isHooked && (rule.Protocol is Unspecified or Boot or Static));

    /// <summary>Rules that look alike are one field.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Observe(IEnumerable<RuleInfo> rules, bool isHooked) =>
        rules.Where(rule => IsAsked(rule, isHooked)).Select(Field).GroupBy(field => field.Path, StringComparer.Ordinal)
            .Select(alike => KeyValuePair.Create(alike.Key, string.Join(", ", alike.Select(field => field.Value))));

    /// <summary>What it would be called in a file; of one that no file can say, something that no file says.</summary>
    public static Field Field(RuleInfo rule)
    {
        RuleSpec said = RuleSpec.Of((int)rule.Priority, rule.Source, rule.Destination, (int)rule.Mark, (int)rule.Table, rule.IsV6);
        return rule.IsPlain ? said.Field : said.Field with { Value = $"{said.Value}, and more" };
    }
}

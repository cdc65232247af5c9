using Vdeorch.Engine.Observing;
using Vdeorch.Linux.Netlink;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Rules of routing of a namespace.</summary>
internal static class RuleWriter
{
    /// <summary>Adds those that are missing, then takes away those that are too much: packets are never without the one that stays.</summary>
    /// <param name="isShared">Whether others, hooks say, may have rules there: then only those of ours are taken away.</param>
    /// <remarks>On the thread that is inside.</remarks>
    public static void Write(NamespaceSpec spec, RouteReader reader, RouteWriter writer, ApplyContext context, bool isShared)
    {
        HashSet<(string, string)> wished = [.. spec.Rules.Select(rule => (rule.Path, rule.Value))];
        HashSet<(string, string)> there = [];
        List<RuleInfo> extra = [];
        foreach (RuleInfo rule in reader.Rules().Where(rule => RuleObserver.IsAsked(rule, isShared)))
        {
            (string Path, string Value) key = (RuleObserver.Field(rule).Path, RuleObserver.Field(rule).Value);
            if (!wished.Contains(key) || !there.Add(key))
            {
                extra.Add(rule);
            }
        }

        foreach (RuleSpec rule in spec.Rules.Where(rule => !there.Contains((rule.Path, rule.Value)) && context.MaySet(spec.Id, rule.Path)))
        {
            writer.AddRule(new RuleInfo(rule.IsV6, (uint)rule.Priority, rule.From, rule.To, (uint)rule.Mark, (uint)rule.Table, Marks.RouteProtocol));
        }

        foreach (RuleInfo rule in extra.Where(rule => context.MaySet(spec.Id, RuleObserver.Field(rule).Path)))
        {
            writer.RemoveRule(rule);
        }
    }
}

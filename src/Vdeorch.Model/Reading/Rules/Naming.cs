using System.Net;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Namespaces by what others call them.</summary>
internal static class Naming
{
    /// <summary>How a namespace is reached that is named as a target.</summary>
    /// <returns>Null when there is none, or it has no address, which is then reported.</returns>
    public static IPAddress? Reach(Located<Target> target, TopologyDraft draft, ReadContext context)
    {
        string name = target.Value.Namespace!;
        if (!draft.NamespacesByName.TryGetValue(name, out NamespaceDraft? found))
        {
            ReportUnknown(new Located<string>(name, target.At), draft, context, isTarget: true);
            return null;
        }

        if (found.MainAddress is null)
        {
            context.Report(DiagnosticCatalog.NoAddress, target.At, $"{found.Id} has no address to reach it by", "give it one, or name an address");
        }

        return found.MainAddress;
    }

    /// <param name="isTarget">It is to be reached: then it is one, and no pattern.</param>
    public static void ReportUnknown(Located<string> name, TopologyDraft draft, ReadContext context, bool isTarget)
    {
        bool isPattern = IsPattern(name.Value);
        if (isPattern ? draft.Uncounted.Count > 0 : draft.MayBeReplica(name.Value))
        {
            return;
        }

        context.Report(DiagnosticCatalog.UnknownNamespace, name.At, isPattern ? $"{Quoted.Text(name.Value)} matches no namespace" : $"there is no namespace {Quoted.Text(name.Value)}",
            draft.Replicated.Contains(name.Value) ? isTarget ? $"it has replicas: {name.Value}-0 is one of them" : $"it has replicas: {name.Value}-0 is one of them, \"{name.Value}-*\" all"
            : isTarget && name.Value == "all" ? "'ping: all' goes with 'among'"
            : isPattern ? null
            : context.DidYouMean(name.Value, [.. draft.NamespacesByName.Keys, .. draft.Replicated]));
    }

    public static bool IsPattern(string name) => name.AsSpan().ContainsAny('*', '?');
}

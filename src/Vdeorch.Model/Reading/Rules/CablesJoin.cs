using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Finds out what the ends of cables are, and wires the interfaces among them.</summary>
internal sealed class CablesJoin : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        Dictionary<string, InterfaceDraft> interfaces = draft.Cables.Count == 0 ? [] : draft.Namespaces.SelectMany(ns => ns.Interfaces).ToDictionary(one => one.Id.Name, StringComparer.Ordinal);
        Dictionary<ResourceId, ResourceId> roots = [];
        HashSet<string> names = new(StringComparer.Ordinal);
        foreach (CableDraft cable in draft.Cables)
        {
            context.Subject = new ResourceId(Kinds.Cable, $"{cable.Left.Value}={cable.Right.Value}");
            CableEnd? left = Find(cable.Left, interfaces, draft, context);
            CableEnd? right = Find(cable.Right, interfaces, draft, context);
            if (left is null || right is null)
            {
                continue;
            }

            bool hasInterface = left.Interface is not null || right.Interface is not null;
            CableSpec spec = new(left, right) { Topology = draft.Name, Labels = cable.Labels, Spanning = hasInterface ? null : cable.Spanning, Impair = hasInterface ? null : cable.Impair };
            while (left.Segment is not null && right.Segment is not null && (HasTrees(left, draft) || HasTrees(right, draft)) && left.Segment != right.Segment && names.Contains(spec.Name))
            {
                spec = spec with { Number = spec.Number + 1 };
            }

            if (!names.Add(spec.Name))
            {
                context.Report(DiagnosticCatalog.WiredTwice, cable.At, "this cable is there already", "remove one of them");
            }
            else if (IsLoop(left, right, roots, draft))
            {
                context.Report(DiagnosticCatalog.CableLoop, cable.At, $"{left} and {right} are joined already", "remove one of the cables between them, or give one of the switches stp: true");
            }
            else
            {
                Join(cable, spec, interfaces, draft, context);
            }
        }

        context.Subject = null;
    }

    static CableEnd? Find(Located<string> end, Dictionary<string, InterfaceDraft> interfaces, TopologyDraft draft, ReadContext context)
    {
        if (end.Value.Contains("://", StringComparison.Ordinal))
        {
            return new CableEnd(null, UvdelParser.ParseStrict(end.Value, out _), null);
        }

        if (!end.Value.Contains('/', StringComparison.Ordinal))
        {
            if (draft.SegmentOf(end.Value) is { } segment)
            {
                return new CableEnd(segment, null, null);
            }

            string[] segments = [.. draft.SwitchesByName.Keys, .. draft.SegmentsByName.Keys];
            context.Report(DiagnosticCatalog.UnknownEnd, end.At, $"there is no switch, cloud or plug {Quoted.Text(end.Value)}",
                LocatorScalars.MeantScheme(end.Value) ?? context.DidYouMean(end.Value, segments) ?? (draft.NamespacesByName.ContainsKey(end.Value) ? $"an interface of that namespace: {end.Value}/vde0" : null));
            return null;
        }

        if (!interfaces.ContainsKey(end.Value) && draft.MayBeReplica(end.Value[..end.Value.IndexOf('/', StringComparison.Ordinal)]))
        {
            return null;
        }

        if (!interfaces.ContainsKey(end.Value))
        {
            context.Report(DiagnosticCatalog.UnknownEnd, end.At, $"there is no interface {Quoted.Text(end.Value)}",
                context.DidYouMean(end.Value, interfaces.Keys) ?? $"add it to its namespace: interfaces: {{ {end.Value[(end.Value.IndexOf('/', StringComparison.Ordinal) + 1)..]}: {{}} }}");
            return null;
        }

        return new CableEnd(null, null, end.Value);
    }

    static void Join(CableDraft cable, CableSpec spec, Dictionary<string, InterfaceDraft> interfaces, TopologyDraft draft, ReadContext context)
    {
        SegmentText wire = new(spec.Name, null);
        (CableEnd left, CableEnd right) = (spec.Left, spec.Right);
        bool isOwn = left.Interface is null == right.Interface is null;
        VlanValues? passedOn = isOwn ? null : cable.Vlans;
        if (left.Interface is { } first)
        {
            Wire(interfaces[first], isOwn ? wire : Text(right), passedOn, cable.Left, context);
        }

        if (right.Interface is { } second)
        {
            Wire(interfaces[second], isOwn ? wire : Text(left), passedOn, cable.Right, context);
        }

        if (cable.Spanning is { } spanning && (left.Interface ?? right.Interface) is { } port)
        {
            interfaces[port].Spanning ??= spanning;
        }

        if (cable.Impair is { } impair && (left.Interface ?? right.Interface) is { } impaired)
        {
            Impair(interfaces[impaired], left.Interface is null ? impair.Reversed : impair, cable, context);
        }

        // With one interface it is only another way to write the interface's `to`.
        if (isOwn)
        {
            draft.ResolvedCables.Add(spec);
            if (cable.Vlans is { } vlans)
            {
                draft.CableVlans.Add(spec.Name, vlans);
            }
        }
        else if (!cable.Labels.IsEmpty)
        {
            context.Report(DiagnosticCatalog.Conflict, cable.LabelsAt, $"a cable with one interface is that interface's 'to', and has no labels", $"label the namespace of {left.Interface ?? right.Interface}");
        }
    }

    static SegmentText Text(CableEnd end) => new(end.ToString(), end.Locator);

    static void Impair(InterfaceDraft one, LinkImpairment impair, CableDraft cable, ReadContext context)
    {
        if (one.Impair is not null)
        {
            context.Report(DiagnosticCatalog.Conflict, cable.At, $"{one.Id} and this cable have an 'impair' each, and are one link", "leave one of them out");
        }

        one.Impair = impair;
    }

    static void Wire(InterfaceDraft one, SegmentText to, VlanValues? vlans, Located<string> end, ReadContext context)
    {
        if (one.To is not null)
        {
            context.Report(DiagnosticCatalog.WiredTwice, end.At, one.IsWired ? $"{one.Id} is the end of another cable already" : $"{one.Id} has a 'to' already", "leave one of them out");
            return;
        }

        if (one.GivenVlans is not null && vlans is not null)
        {
            context.Report(DiagnosticCatalog.Conflict, vlans.At, $"{one.Id} says itself which VLANs it is in", "leave it out here, or there");
        }

        one.GivenVlans ??= vlans;
        one.To = new Located<SegmentText>(to, end.At);
        one.IsWired = true;
    }

    static bool HasTrees(CableEnd end, TopologyDraft draft) =>
        end.Segment is { Kind: Kinds.Switch, Name: var name } && draft.SwitchesByName.TryGetValue(name, out SwitchDraft? sw) && sw.Spec is { Stp: not null, Hub: false };

    // Segments that are joined have one root.
    static bool IsLoop(CableEnd left, CableEnd right, Dictionary<ResourceId, ResourceId> roots, TopologyDraft draft)
    {
        if (left.Segment is not { } a || right.Segment is not { } b)
        {
            return left.Interface is not null && left.Interface == right.Interface;
        }

        // A loop is broken at whichever of its switches has spanning trees: those without one pass on what it says, and it hears itself.
        if (a != b && (HasTrees(left, draft) || HasTrees(right, draft)))
        {
            return false;
        }

        (ResourceId rootA, ResourceId rootB) = (Root(a), Root(b));
        roots[rootA] = rootB;
        return rootA == rootB;

        ResourceId Root(ResourceId id)
        {
            while (roots.TryGetValue(id, out ResourceId up) && up != id)
            {
                id = up;
            }

            return id;
        }
    }
}

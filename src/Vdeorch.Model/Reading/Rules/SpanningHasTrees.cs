using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Warns of `stp` on what is plugged into a switch that has none: it says how a tree treats that port, and there is no tree.</summary>
internal sealed class SpanningHasTrees : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        // What a cable said is on the cable and on the interface that it wires.
        foreach (CableDraft cable in draft.Cables.Where(cable => cable.Spanning is not null && !Leads(cable.Left.Value) && !Leads(cable.Right.Value)))
        {
            Report(new ResourceId(Kinds.Cable, $"{cable.Left.Value}={cable.Right.Value}"), cable.At, null);
        }

        HashSet<string> said = [.. draft.Cables.Where(cable => cable.Spanning is not null).SelectMany(cable => new[] { cable.Left.Value, cable.Right.Value })];
        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft one in ns.Interfaces.Where(one => one is { Spanning: not null, To: not null } && !said.Contains(one.Id.Name) && !Leads(one.To!.Value.Value.Text)))
            {
                Report(one.Id, one.At, ns.Note);
            }
        }

        bool Leads(string end) => draft.SwitchesByName.TryGetValue(end, out SwitchDraft? known) && known.Spec.Stp is not null;

        void Report(ResourceId subject, TextRange at, string? note) => context.Report(DiagnosticCatalog.SpanningWithoutTree, at, subject, note,
            "'stp' changes nothing here: no switch that it is plugged into has a spanning tree", "give the switch stp: true, or remove it here");
    }
}

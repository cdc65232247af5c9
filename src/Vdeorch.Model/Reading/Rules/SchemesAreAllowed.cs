using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>No locator has a scheme that the policy denies, in none of its layers.</summary>
internal sealed class SchemesAreAllowed : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        if (draft.Policy.DeniedSchemes.IsEmpty)
        {
            return;
        }

        foreach (SegmentDraft segment in draft.Segments)
        {
            Look(segment.Spec.Locator, segment.Name.At, segment.Spec.Id, null);
        }

        foreach (Located<string> end in draft.Cables.SelectMany(cable => new[] { cable.Left, cable.Right }))
        {
            Look(LocatorScalars.ToSegment(end.Value).Locator, end.At, new ResourceId(Kinds.Cable, end.Value), null);
        }

        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft one in ns.Interfaces.Where(one => one is { IsWired: false, To.Value.Locator: not null }))
            {
                Look(one.To!.Value.Value.Locator, one.To.Value.At, one.Id, ns.Note);
            }
        }

        void Look(Uvdel? outermost, TextRange at, ResourceId subject, string? note)
        {
            for (Uvdel? layer = outermost; layer is not null; layer = layer.Nested)
            {
                if (draft.Policy.DeniedSchemes.Contains(layer.Scheme))
                {
                    context.Report(DiagnosticCatalog.DeniedScheme, at, subject, note, $"{layer.Scheme}:// is denied by this file's policy", "use another kind of plug, or take it out of policy.uvdel.deny");
                }
            }
        }
    }
}

using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>No locator has a scheme that the policy denies, in none of its layers.</summary>
internal sealed class SchemesAreAllowed : Rule
{
    public override void Check(TopologyDraft draft, ReadContext context)
    {
        foreach ((Uvdel layer, TextRange at, ResourceId subject, string? note) in LocatorPlace.All(draft).Where(place => draft.Policy.DeniedSchemes.Contains(place.Layer.Scheme)))
        {
            context.Report(DiagnosticCatalog.DeniedScheme, at, subject, note, $"{layer.Scheme}:// is denied by this file's policy", "use another kind of plug, or take it out of policy.uvdel.deny");
        }
    }
}

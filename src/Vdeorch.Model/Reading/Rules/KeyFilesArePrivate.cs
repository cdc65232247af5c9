using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Warns of key files that others may read or write, once for each; of the files there are when the topology is read.</summary>
internal sealed class KeyFilesArePrivate : Rule
{
    const int Others = 0b000_111_111;

    public override void Check(TopologyDraft draft, ReadContext context)
    {
        if (context.Keys is not { } keys)
        {
            return;
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
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
                if (layer.Scheme == AgnoScheme.Scheme.Name && seen.Add(layer.Argument) && keys.ModeOf(layer.Argument) is { } mode && (mode & Others) != 0)
                {
                    string file = layer.Argument.Length > 0 ? layer.Argument : AgnoScheme.Scheme.ArgumentDefault!;
                    context.Report(DiagnosticCatalog.KeyNotPrivate, at, subject, note, $"the key file {Quoted.Text(file)} is open to others than its owner (mode 0{Convert.ToString(mode, 8)})", "keep it to its owner: chmod 600");
                }
            }
        }
    }
}

using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>A layer of a locator, and where in the files the locator stands.</summary>
/// <param name="Subject">Whose it is.</param>
/// <param name="Note">What it was found in; null: the file itself.</param>
internal readonly record struct LocatorPlace(Uvdel Layer, TextRange At, ResourceId Subject, string? Note)
{
    /// <summary>Of clouds, plugs, the ends of cables and interfaces: every layer, the outermost first.</summary>
    public static List<LocatorPlace> All(TopologyDraft draft)
    {
        List<LocatorPlace> places = [];
        foreach (SegmentDraft segment in draft.Segments)
        {
            Add(segment.Spec.Locator, segment.Name.At, segment.Spec.Id, null);
        }

        foreach (Located<string> end in draft.Cables.SelectMany(cable => new[] { cable.Left, cable.Right }))
        {
            Add(LocatorScalars.ToSegment(end.Value).Locator, end.At, new ResourceId(Kinds.Cable, end.Value), null);
        }

        foreach (NamespaceDraft ns in draft.Namespaces)
        {
            foreach (InterfaceDraft one in ns.Interfaces.Where(one => one is { IsWired: false, To.Value.Locator: not null }))
            {
                Add(one.To!.Value.Value.Locator, one.To.Value.At, one.Id, ns.Note);
            }
        }

        return places;

        void Add(Uvdel? outermost, TextRange at, ResourceId subject, string? note)
        {
            for (Uvdel? layer = outermost; layer is not null; layer = layer.Nested)
            {
                places.Add(new LocatorPlace(layer, at, subject, note));
            }
        }
    }
}

using System.Collections.Immutable;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Cables: a plug of a segment's switch, a patch between two of them, or a wire of its own.</summary>
internal sealed class CableReconciler : IReconciler
{
    const string LeftSide = "<";
    const string RightSide = ">";

    public string Kind => Kinds.Cable;

    public Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct) =>
        context.EachAsync(steps, id => Delete(id, context), id => Create(context.Spec<CableSpec>(id), context));

    static void Create(CableSpec spec, ApplyContext context)
    {
        if (spec.IsSegment)
        {
            context.Keeper.Runtime.SetSwitch(SegmentReconciler.Switch(spec.Id, isWire: true));
        }

        if (spec.Left.Segment is { } left && spec.Right.Segment is { } right)
        {
            context.Keeper.Runtime.SetPlug(new PlugSettings(RuntimeNames.Port(spec.Id), RuntimeNames.Switch(left), null, RuntimeNames.Switch(right))
            {
                // The near end of a patch is the first: frames go out there towards the second.
                Options = new PortOptions { Vlans = At(left, spec), Spanning = TreesAt(left, spec), Impair = spec.Impair?.ToPort(isFirst: true) },
                PatchOptions = new PortOptions { Vlans = At(right, spec), Spanning = TreesAt(right, spec) },
            });
            return;
        }

        Plug(spec.Left, spec.Right, LeftSide);
        Plug(spec.Right, spec.Left, RightSide);

        void Plug(CableEnd end, CableEnd other, string side)
        {
            if (end.Locator is { } locator)
            {
                // Two locators are two links in a row, of which the first has it.
                LinkImpairment? impair = end == spec.Right && spec.Left.Locator is not null ? null : spec.Impair;
                context.Keeper.Runtime.SetPlug(new PlugSettings(RuntimeNames.Port(spec.Id, side), RuntimeNames.Switch(other.Segment ?? spec.Id), locator.ToString())
                {
                    Options = new PortOptions { Vlans = other.Segment is { } segment ? At(segment, spec) : null, Spanning = other.Segment is { } there ? TreesAt(there, spec) : null, Impair = impair?.ToPort(isFirst: end == spec.Right) },
                });
            }
        }
    }

    // A cloud knows no VLANs: what it is given stays as it is.
    static VlanMembership? At(ResourceId segment, CableSpec spec) => segment.Kind == Kinds.Switch ? spec.Vlans : null;

    static PortSpanning? TreesAt(ResourceId segment, CableSpec spec) => segment.Kind == Kinds.Switch ? spec.Spanning : null;

    static void Delete(ResourceId id, ApplyContext context)
    {
        if (context.IsGoing(new ResourceId(Kinds.Runtime, context.Topology)))
        {
            return;
        }

        foreach (string side in new[] { "", LeftSide, RightSide })
        {
            context.Keeper.Runtime.RemovePlug(RuntimeNames.Port(id, side));
        }

        context.RemoveOwnSwitch(id);
    }
}

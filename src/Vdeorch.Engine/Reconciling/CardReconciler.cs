using System.Collections.Immutable;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Network cards of machines: a plug of the runtime's, to where its QEMU listens.</summary>
internal sealed class CardReconciler : IReconciler
{
    public string Kind => Kinds.Card;

    public Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct) =>
        context.EachAsync(steps, id => Delete(id, context), id => Plug(context.Spec<CardSpec>(id), context));

    static void Plug(CardSpec spec, ApplyContext context)
    {
        // One that is plugged in nowhere has a switch of its own, alone.
        string own = RuntimeNames.Switch(spec.Id);
        if (spec.To is null)
        {
            context.Keeper.Runtime.SetSwitch(SegmentReconciler.Switch(spec.Id, isWire: true));
        }

        string socket = context.Run.MachinePlace(context.Topology, spec.Machine).Card(spec.Name);
        context.Keeper.Runtime.SetPlug(new PlugSettings(RuntimeNames.Port(spec.Id), spec.To is { } to ? RuntimeNames.Switch(to) : own, $"{QemuScheme.Scheme.Name}://{socket}")
        {
            Options = new PortOptions { Vlans = spec.Vlans, Spanning = spec.Spanning, Impair = spec.Impair?.ToPort(isFirst: false) },
        });
        if (spec.To is not null)
        {
            context.RemoveOwnSwitch(spec.Id);
        }
    }

    static void Delete(ResourceId id, ApplyContext context)
    {
        if (!context.IsGoing(new ResourceId(Kinds.Runtime, context.Topology)))
        {
            context.Keeper.Runtime.RemovePlug(RuntimeNames.Port(id));
            context.RemoveOwnSwitch(id);
        }
    }
}

using System.Collections.Immutable;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Clouds and plugs: in the runtime each is a switch with one plug to the outside.</summary>
internal sealed class SegmentReconciler(string kind) : IReconciler
{
    public string Kind => kind;

    public async Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct)
    {
        foreach (PlanStep step in steps)
        {
            await context.StepAsync(step, () => step.Action == PlanAction.Delete ? DeleteAsync(step.Id, context, ct) : SetAsync(step.Id, context, ct));
        }
    }

    static async Task SetAsync(ResourceId id, ApplyContext context, CancellationToken ct)
    {
        SegmentSpec spec = context.Spec<SegmentSpec>(id);
        CloudGuard guard = Guard(context);
        bool mayBeUnenforced = await guard.EnforceAsync(spec, ct);
        context.Keeper.Runtime.SetSwitch(Switch(id, spec.IsPrivate));
        context.Keeper.Runtime.SetPlug(new PlugSettings(RuntimeNames.Port(id), RuntimeNames.Switch(id), spec.Locator.ToString())
        {
            MayBeUnenforced = mayBeUnenforced,
            IsUnenforcedAllowed = spec.MayBeUnenforced,
        });
        await guard.ReleaseAsync(id, Before(id, context), spec.Locator, ct);
    }

    static async Task DeleteAsync(ResourceId id, ApplyContext context, CancellationToken ct)
    {
        if (!context.IsGoing(new ResourceId(Kinds.Runtime, context.Topology)))
        {
            context.Keeper.Runtime.RemovePlug(RuntimeNames.Port(id));
            context.Keeper.Runtime.RemoveSwitch(RuntimeNames.Switch(id));
        }

        await Guard(context).ReleaseAsync(id, Before(id, context), null, ct);
    }

    static CloudGuard Guard(ApplyContext context) => new(context.Keeper.Run, context.Topology);

    static Uvdel? Before(ResourceId id, ApplyContext context) =>
        context.World.Objects.FirstOrDefault(thing => thing.Id == id)?.Fields.GetValueOrDefault("uvdel") is { Length: > 0 } text ? UvdelParser.ParseStrict(text, out _) : null;

    /// <param name="isWire">Two ends: there is nothing to learn.</param>
    public static SwitchSettings Switch(ResourceId segment, bool isWire) =>
        new(RuntimeNames.Switch(segment), SwitchSpec.DefaultPorts, (long)SwitchSpec.DefaultMacAge.TotalMilliseconds, isWire);
}

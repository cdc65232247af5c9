using System.Collections.Immutable;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Clouds and plugs: in the runtime each is a switch with one plug to the outside.</summary>
internal sealed class SegmentReconciler(string kind) : IReconciler
{
    public string Kind => kind;

    public async Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct)
    {
        foreach (PlanStep step in steps)
        {
            await context.StepAsync(step, () =>
            {
                if (step.Action != PlanAction.Delete)
                {
                    SegmentSpec spec = context.Spec<SegmentSpec>(step.Id);
                    context.Keeper.Runtime.SetSwitch(Switch(spec.Id, spec.IsPrivate));
                    context.Keeper.Runtime.SetPlug(new PlugSettings(RuntimeNames.Port(spec.Id), RuntimeNames.Switch(spec.Id), spec.Locator.ToString())
                    {
                        MayBeUnenforced = spec.MayBeUnenforced,
                    });
                }
                else if (!context.IsGoing(new ResourceId(Kinds.Runtime, context.Topology)))
                {
                    context.Keeper.Runtime.RemovePlug(RuntimeNames.Port(step.Id));
                    context.Keeper.Runtime.RemoveSwitch(RuntimeNames.Switch(step.Id));
                }

                return Task.CompletedTask;
            });
        }
    }

    /// <param name="isWire">Two ends: there is nothing to learn.</param>
    public static SwitchSettings Switch(ResourceId segment, bool isWire) =>
        new(RuntimeNames.Switch(segment), SwitchSpec.DefaultPorts, (long)SwitchSpec.DefaultMacAge.TotalMilliseconds, isWire);
}

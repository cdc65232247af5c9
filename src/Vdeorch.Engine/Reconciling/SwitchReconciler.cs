using System.Collections.Immutable;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Reconciling;

/// <summary>Switches in the plug runtime.</summary>
internal sealed class SwitchReconciler : IReconciler
{
    public string Kind => Kinds.Switch;

    public async Task ApplyAsync(ImmutableArray<PlanStep> steps, ApplyContext context, CancellationToken ct)
    {
        foreach (PlanStep step in steps)
        {
            await context.StepAsync(step, () =>
            {
                if (step.Action != PlanAction.Delete)
                {
                    SwitchSpec spec = context.Spec<SwitchSpec>(step.Id);
                    context.Keeper.Runtime.SetSwitch(new SwitchSettings(RuntimeNames.Switch(spec.Id), spec.Ports, (long)spec.MacAge.TotalMilliseconds, spec.Hub)
                    {
                        Public = spec.Public,
                        Mac = spec.Mac.ToString(),
                        Numbered = spec.Numbered,
                        Console = spec.Console,
                        Stp = spec.Stp,
                        Storm = spec.Storm,
                        Mirror = spec.Mirror,
                        // Whoever joins expects vde_switch, which knows of VLANs without being told.
                        Vlans = spec.Vlans.IsEmpty && spec.Public is null ? null : VlanSet.Of(spec.Vlans.Keys),
                        MoveAfterMs = (long)spec.Persistence.TotalMilliseconds,
                    });
                }
                else if (!context.IsGoing(new ResourceId(Kinds.Runtime, context.Topology)))
                {
                    context.Keeper.Runtime.RemoveSwitch(step.Id.Name);
                }

                return Task.CompletedTask;
            });
        }
    }
}

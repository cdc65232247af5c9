using System.Collections.Immutable;
using Vdeorch.Engine.Hosting;
using Vdeorch.Model.Machines;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Network cards of machines, as the runtime's plugs tell them, and what only the notes know of them.</summary>
internal static class CardObserver
{
    /// <summary>Beside its fields, of a card that the user's machine is to have: the options that join it.</summary>
    public const string Join = "join";

    public static IEnumerable<Observed> Complete(RunDirectory run, string topology, Topology? applied, IEnumerable<Observed> things)
    {
        Dictionary<ResourceId, CardSpec>? specs = null;
        HashSet<string>? external = null;
        foreach (Observed thing in things)
        {
            if (thing.Id.Kind != Kinds.Card)
            {
                yield return thing;
                continue;
            }

            specs ??= applied?.Cards.ToDictionary(card => card.Id) ?? [];
            external ??= [.. MachineObserver.Externals(run, topology)];
            yield return Complete(run, topology, thing, specs.GetValueOrDefault(thing.Id), external);
        }
    }

    static Observed Complete(RunDirectory run, string topology, Observed thing, CardSpec? spec, HashSet<string> external)
    {
        Observed seen = spec is null ? thing : thing with { Fields = thing.Fields.SetItem(CardSpec.AddressPath, InterfaceSpec.PrintAddresses(spec.Addresses)) };
        if (spec is null || !external.Contains(spec.Machine))
        {
            return seen;
        }

        string join = QemuCommand.Join(spec, run.MachinePlace(topology, spec.Machine).Card(spec.Name));
        return seen.Reason is null ? seen with { Fields = seen.Fields.SetItem(Join, join) }
            : seen with { Fields = seen.Fields.SetItem(Join, join), Health = Health.Starting, Reason = $"has not joined; start QEMU with {join}" };
    }
}

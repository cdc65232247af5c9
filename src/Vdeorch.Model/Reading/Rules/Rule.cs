using System.Collections.Immutable;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>What must hold between the objects of a file. Each looks at every object once: a file of thousands is read in one go.</summary>
internal abstract class Rule
{
    public abstract void Check(TopologyDraft draft, ReadContext context);
}

internal static class RuleList
{
    /// <summary>In an order that lets later ones use what earlier ones filled in.</summary>
    public static readonly ImmutableArray<Rule> Errors =
    [
        new CablesJoin(), new MtusAreChosen(), new SegmentsExist(), new VlansResolve(), new MirrorsResolve(), new PortsSuffice(), new AddressesAreUnique(), new MacsAreUnique(), new Ipv6NeedsRoom(), new RoutesHaveNeighbours(), new LeasesResolve(), new VnfsResolve(), new HealthResolves(), new DependenciesResolve(), new ChecksResolve(), new SchemesAreAllowed(),
    ];

    /// <summary>Asked only of a file without errors: a misspelt `to` would also make an unused switch.</summary>
    public static readonly ImmutableArray<Rule> Warnings = [new SegmentsAreUsed(), new AddressesShareSubnets(), new MtusFit(), new KeyFilesAreGood(), new SpanningHasTrees()];
}

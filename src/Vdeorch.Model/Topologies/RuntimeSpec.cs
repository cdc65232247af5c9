using System.Collections.Immutable;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>The data plane process of one topology. Nobody writes it; a topology with anything in it has one.</summary>
/// <param name="OpensLocators">Whether it acts as the user, to open what locators name; else it needs nothing and is nobody.</param>
public sealed record RuntimeSpec(string Topology, bool OpensLocators) : IResourceSpec
{
    public ResourceId Id => new(Kinds.Runtime, Topology);
    public ImmutableArray<ResourceId> DependsOn => [];
    public ImmutableArray<Field> Fields => [new("opens", PrintOpens(OpensLocators), OnChange.Restart), new("state", "running", OnChange.Restart)];
    public OnChange CostOf(string path) => path == HostNames.Path ? OnChange.Hot : OnChange.Restart;

    public static string PrintOpens(bool locators) => locators ? "locators" : "nothing";
}

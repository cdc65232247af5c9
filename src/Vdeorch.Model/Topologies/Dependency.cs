using System.Collections.Immutable;

namespace Vdeorch.Model.Topologies;

/// <summary>What has to be so before something starts: of a namespace another namespace, of a service another one beside it.</summary>
/// <param name="Name">Of the other one.</param>
public sealed record Dependency(string Name, DependencyState Until)
{
    /// <summary>What keys and fields are called.</summary>
    public const string Path = "depends-on";

    public static string Print(DependencyState state) => state switch
    {
        DependencyState.Started => "started",
        DependencyState.Healthy => "healthy",
        _ => "completed",
    };

    /// <summary>As a plan shows them; empty for none.</summary>
    public static string Print(ImmutableArray<Dependency> dependencies) => string.Join(", ", dependencies.Select(one => $"{one.Name} {Print(one.Until)}"));
}

public enum DependencyState
{
    /// <summary>What is to run in it runs.</summary>
    Started,

    /// <summary>Its health is good; of one without health, its services are ready.</summary>
    Healthy,

    /// <summary>What ran in it has ended with exit code 0.</summary>
    Completed,
}

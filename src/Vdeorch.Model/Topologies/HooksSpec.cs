using System.Collections.Immutable;
using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Topologies;

/// <summary>Commands that run inside a namespace, when it has been made and before it goes.</summary>
/// <example><code>
/// exec: { up: ["ip rule add from 10.20.0.99 table 100"], down: [[logger, gone]] }
/// </code></example>
/// <param name="Up">After its interfaces are there, before its services start; again when the list changes. One that fails fails the apply.</param>
/// <param name="Down">When its services have ended, before its interfaces go. One that fails is only said.</param>
public sealed record HooksSpec(string Namespace, ImmutableArray<ImmutableArray<string>> Up, ImmutableArray<ImmutableArray<string>> Down) : IResourceSpec
{
    public const string UpPath = "up";
    public const string DownPath = "down";

    /// <summary>The namespace and its interfaces.</summary>
    public ImmutableArray<ResourceId> DependsOn { get; init; } = [];

    /// <summary>All that runs in the namespaces that its own depends on.</summary>
    public ImmutableArray<ResourceId> StartsAfter { get; init; } = [];

    public ResourceId Id => new(Kinds.Hooks, Namespace);

    public ImmutableArray<Field> Fields => [.. Of(DownPath, Down), .. Of(UpPath, Up)];

    public OnChange CostOf(string path) => OnChange.Hot;

    public static ImmutableArray<Field> Of<TCommand>(string path, IEnumerable<TCommand> commands)
        where TCommand : IEnumerable<string> =>
        commands.Any() ? [new Field(path, string.Join("; ", commands.Select(command => ServiceSpec.PrintRun(command))), OnChange.Hot)] : [];
}

using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Cli.Inputs;

/// <summary><c>TOPOLOGY/NAME</c> or <c>TOPOLOGY/KIND/NAME</c>: a thing that frames pass. Names have slashes themselves.</summary>
/// <param name="Name">Null: the topology as a whole.</param>
sealed record TargetPath(string Topology, string? Name)
{
    public static TargetPath Parse(string typed) =>
        typed.IndexOf('/', StringComparison.Ordinal) is >= 0 and int slash ? new TargetPath(typed[..slash], typed[(slash + 1)..]) : new TargetPath(typed, null);

    /// <param name="wrong">A sentence that says what there is.</param>
    public RuntimeTarget? Find(ImmutableArray<RuntimeTarget> targets, out string wrong)
    {
        ImmutableArray<RuntimeTarget> found = RuntimeTargets.Find(targets, Name ?? "");
        wrong = "";
        if (found is [var target])
        {
            return target;
        }

        if (!found.IsEmpty)
        {
            wrong = $"'{this}' may be {string.Join(" or ", found.Select(target => $"{Topology}/{target.Id}"))}";
            return null;
        }

        string[] names = [.. targets.Select(target => target.Id.Name)];
        string[] ids = [.. targets.Select(target => target.Id.ToString())];
        string near = Spelling.Nearest(Name ?? "", names.Concat(ids)) is { } meant ? $"; did you mean '{Topology}/{meant}'?" : "";
        string[] offered = [.. targets.Where(target => target.Id.Kind != Kinds.Namespace).Select(target => target.Id.ToString())];
        string there = offered.Length == 0 ? "nothing is plugged in" : $"there is: {string.Join(", ", offered)}";
        wrong = Name is null ? $"'{Topology}' is a topology; write what of it, as in '{Topology}/NAME' ({there})" : $"'{Topology}' has no '{Name}'{near} ({there})";
        return null;
    }

    public override string ToString() => Name is null ? Topology : $"{Topology}/{Name}";
}

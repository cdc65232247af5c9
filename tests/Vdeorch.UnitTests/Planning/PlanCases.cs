using System.Collections.Immutable;
using System.Text;
using Vdeorch.Cli.Terminals;
using Vdeorch.Cli.Views;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Planning;

/// <summary>
/// cases/plan/NAME: a world just as <c>before.yaml</c> asks for (empty without one), changed by hand as <c>drift.txt</c> says
/// (<c>ID PATH=VALUE</c>; <c>ID PATH</c> takes the field away, <c>ID</c> the object), and the plan that leads to <c>after.yaml</c>.
/// </summary>
public class PlanCases
{
    public static TheoryData<string> Folders => Golden.Folders("plan");

    [Theory]
    [MemberData(nameof(Folders))]
    public void ThePlanIs(string folder)
    {
        string path = Path.Combine(Golden.Cases("plan"), folder);
        Topology? before = File.Exists($"{path}/before.yaml") ? Read($"{path}/before.yaml") : null;
        Dictionary<string, Observed> world = (before?.Resources ?? []).Select(Live).ToDictionary(thing => thing.Id.ToString());
        foreach (string line in File.Exists($"{path}/drift.txt") ? File.ReadAllLines($"{path}/drift.txt") : [])
        {
            Change(world, line);
        }

        Topology after = Read($"{path}/after.yaml");
        Plan plan = Targets.Of(after, Selection.Everything, world.Values, before).Plan;

        StringWriter text = new();
        PlanView.Write(plan, "lab.yaml", text, new Ink(false));
        Golden.Matches($"{path}/expected.txt", $"{Order(plan)}\n{text}".ReplaceLineEndings("\n"));
    }

    static Topology Read(string file)
    {
        ReadResult read = TopologyReader.Read(File.ReadAllBytes(file), "lab.yaml");
        return read.Topology ?? throw new InvalidDataException($"{file}: {string.Join('\n', read.Diagnostics)}");
    }

    /// <summary>An object that is just what its spec asks for.</summary>
    public static Observed Live(IResourceSpec spec) => new(spec.Id, Health.Healthy)
    {
        Fields = spec.Fields.ToImmutableSortedDictionary(field => field.Path, field => field.Value, StringComparer.Ordinal),
        DependsOn = spec.DependsOn,
        Enumerated = [Labels.Paths, .. Family(spec.Id.Kind)],
    };

    static ImmutableArray<string> Family(string kind) => kind switch { Kinds.Interface => ["routes.", "qdisc", .. VlanFields.Paths, .. LinkImpairment.Paths], Kinds.Cable => [.. VlanFields.Paths, .. LinkImpairment.Paths], Kinds.Switch => ["vlans", SwitchSpec.MirrorPath, SwitchSpec.StormPath, SwitchSpec.StpPath, .. SwitchSpec.PublicPaths], Kinds.Namespace => [NamespaceFile.Paths, RuleSpec.Paths, Limits.Paths], Kinds.Hooks => [HooksSpec.UpPath, HooksSpec.DownPath], Kinds.Service => ["env.", Limits.Paths], _ => [] };

    static void Change(Dictionary<string, Observed> world, string line)
    {
        string[] parts = line.Split(' ', 2);
        if (parts.Length == 1)
        {
            Assert.True(world.Remove(parts[0]), line);
            return;
        }

        string[] field = parts[1].Split('=', 2);
        Observed thing = world[parts[0]];
        world[parts[0]] = thing with { Fields = field.Length == 1 ? thing.Fields.Remove(field[0]) : thing.Fields.SetItem(field[0], field[1]) };
    }

    static string Order(Plan plan)
    {
        StringBuilder order = new();
        foreach (PlanStep step in plan.Changes)
        {
            order.Append("# ").Append(step.Action).Append(' ').Append(step.Id);
            order.AppendLine(step.DependsOn.IsEmpty ? "" : $" after {string.Join(", ", step.DependsOn)}");
        }

        return order.ToString();
    }
}

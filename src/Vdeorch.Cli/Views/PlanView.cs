using System.Globalization;
using Vdeorch.Cli.Terminals;
using Vdeorch.Model.Planning;
using Vdeorch.Model.Resources;

namespace Vdeorch.Cli.Views;

/// <summary>The plan for people: one block per object that changes, its fields from live to wished.</summary>
static class PlanView
{
    // Of many objects with one fate.
    const int Named = 4;

    static readonly PlanAction[] s_legend = [PlanAction.Create, PlanAction.Update, PlanAction.Replace, PlanAction.Delete];

    /// <param name="file">As the user named it.</param>
    public static void Write(Plan plan, string file, TextWriter into, Ink ink)
    {
        if (plan.IsEmpty)
        {
            into.WriteLine(NoChanges(file));
            WriteLeft(plan, into, ink);
            return;
        }

        PlanStep[] steps = [.. plan.Changes];
        IEnumerable<string> legend = s_legend.Where(action => steps.Any(step => step.Action == action))
            .Select(action => $"{Paint(action, Symbol(action).Trim(), ink)} {Words.Infinitive(action)}");
        into.WriteLine($"To make {ink.Bold(plan.Topology)} as {Ink.Harmless(file)} says:   {string.Join("   ", legend)}");
        into.WriteLine();
        foreach (PlanStep step in steps)
        {
            WriteStep(step, into, ink);
        }

        WriteImpacts(plan, into, ink);
        WriteLeft(plan, into, ink);
        into.WriteLine(Summary(plan));
    }

    public static string NoChanges(string file) => $"No changes. The world matches {Ink.Harmless(file)}.";

    /// <returns><c>Plan: 3 to create, 1 to update (hot), 0 to delete, 96 unchanged.</c></returns>
    public static string Summary(Plan plan)
    {
        string replace = plan.Count(PlanAction.Replace) is > 0 and int replaced ? string.Create(CultureInfo.InvariantCulture, $"{replaced} to replace, ") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Plan: {plan.Count(PlanAction.Create)} to create, {plan.Count(PlanAction.Update)} to update{Costs(plan)}, {replace}{plan.Count(PlanAction.Delete)} to delete, {plan.Count(PlanAction.Keep)} unchanged.");
    }

    // " (hot)", or " (3 hot, 1 restart)" when they differ.
    static string Costs(Plan plan)
    {
        (OnChange Cost, int Count)[] costs = [.. plan.Steps
            .Where(step => step is { Action: PlanAction.Update, Cost: not null })
            .GroupBy(step => step.Cost!.Value)
            .OrderBy(group => group.Key)
            .Select(group => (group.Key, group.Count()))];
        return costs.Length switch
        {
            0 => "",
            1 => $" ({Words.Cost(costs[0].Cost)})",
            _ => $" ({string.Join(", ", costs.Select(cost => string.Create(CultureInfo.InvariantCulture, $"{cost.Count} {Words.Cost(cost.Cost)}")))})",
        };
    }

    static void WriteStep(PlanStep step, TextWriter into, Ink ink)
    {
        string cost = step.Cost is { } dearest && step.Action != PlanAction.Create ? $"  ({Words.Cost(dearest)})" : "";
        string reason = step.Reason.Length > 0 ? $"  {ink.Dim($"# {Ink.Harmless(step.Reason)}")}" : "";
        into.WriteLine($"{Paint(step.Action, Symbol(step.Action), ink)} {ink.Bold(Ink.Harmless(step.Id.ToString()))}{cost}{reason}");

        // A new object has nothing before; what it does not set is not worth a line.
        FieldChange[] shown = [.. step.Changes.Where(change => step.Action != PlanAction.Create || !string.IsNullOrEmpty(change.After))];
        int paths = shown.Select(change => change.Path.Length).DefaultIfEmpty(0).Max();
        int befores = shown.Select(change => Value(change.Before).Length).DefaultIfEmpty(0).Max();
        foreach (FieldChange change in shown)
        {
            string path = Ink.Harmless(change.Path).PadRight(paths);
            string after = Value(change.After);
            string values = step.Action == PlanAction.Create ? after : $"{Value(change.Before).PadRight(Math.Min(befores, 40))} → {after}";
            string alone = step.Action is PlanAction.Update or PlanAction.Replace && change.Cost != step.Cost ? $"  ({Words.Cost(change.Cost)})" : "";
            string cause = step.Cause == Cause.Mixed ? $"  {ink.Dim($"# {Words.Cause(change.Cause)}")}" : "";
            into.WriteLine($"      {path}  {values}{alone}{cause}");
        }

        into.WriteLine();
    }

    static void WriteImpacts(Plan plan, TextWriter into, Ink ink)
    {
        if (plan.Impacts.IsEmpty)
        {
            return;
        }

        into.WriteLine("Not changed, but without traffic:");
        foreach (Impact impact in plan.Impacts)
        {
            string more = impact.Objects.Length > Named ? string.Create(CultureInfo.InvariantCulture, $" and {impact.Objects.Length - Named} more") : "";
            string names = string.Join(", ", impact.Objects.Take(Named).Select(id => Ink.Harmless(id.ToString())));
            into.WriteLine($"  {ink.Yellow("!")} {names}{more}: {Words.Outage(impact)}, {Ink.Harmless(impact.Why)}");
        }

        into.WriteLine();
    }

    static void WriteLeft(Plan plan, TextWriter into, Ink ink)
    {
        string[] left = [.. plan.Left.Select(step => Ink.Harmless(step.Id.ToString()))];
        if (left.Length > 0)
        {
            into.WriteLine($"{ink.Yellow("!")} left, since policy.prune is false: {string.Join(", ", left)}");
            if (!plan.IsEmpty)
            {
                into.WriteLine();
            }
        }
    }

    static string Value(string? value) => value switch
    {
        null => "(none)",
        "" => "\"\"",
        _ => Ink.Harmless(value),
    };

    static string Symbol(PlanAction action) => action switch
    {
        PlanAction.Create => "  +",
        PlanAction.Update => "  ~",
        PlanAction.Replace => "-/+",
        PlanAction.Delete => "  -",
        _ => "   ",
    };

    static string Paint(PlanAction action, string text, Ink ink) => action switch
    {
        PlanAction.Create => ink.Green(text),
        PlanAction.Delete => ink.Red(text),
        _ => ink.Yellow(text),
    };
}

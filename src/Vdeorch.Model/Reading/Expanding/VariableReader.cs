using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Expanding;

/// <summary>A value for a variable, and where to point when it does not fit.</summary>
/// <param name="IsOptional">It is no mistake when nothing declares the variable.</param>
internal readonly record struct Assignment(string Name, string Value, TextRange At, bool IsOptional = false);

/// <summary>Gives the `vars` of a part their values.</summary>
internal sealed class VariableReader(ReadContext context)
{
    /// <param name="root">Of the part, all its files laid over each other.</param>
    /// <param name="given">Weakest first.</param>
    /// <param name="asker">The `include` that a value is missing from; null for the files given.</param>
    public void Read(MapNode root, IReadOnlyCollection<Assignment> given, Part part, TextRange? asker)
    {
        Dictionary<string, (Variable Variable, TextRange At)> declared = new(StringComparer.Ordinal);
        if (root.Find(VarsSchema.Field.Key) is { } entry && VarsSchema.Field.Schema.TryRead(entry.Value, VarsSchema.Field.Key, context, out var variables))
        {
            foreach (MapItem<Variable> item in variables)
            {
                declared.Add(item.Key.Value, (item.Value, item.Key.At));
            }

            // One that could not be read is declared all the same: who uses it has not made a mistake.
            foreach (MapEntry one in (entry.Value as MapNode)?.Entries ?? [])
            {
                part.Variables.TryAdd(one.Key.Text, null);
            }
        }

        Dictionary<string, Assignment> last = new(StringComparer.Ordinal);
        foreach (Assignment assignment in given)
        {
            if (declared.ContainsKey(assignment.Name))
            {
                last[assignment.Name] = assignment;
            }
            else if (!assignment.IsOptional && !part.Variables.ContainsKey(assignment.Name))
            {
                context.Report(DiagnosticCatalog.UnknownVariable, assignment.At, $"no variable {Quoted.Text(assignment.Name)} is declared",
                    context.DidYouMean(assignment.Name, declared.Keys) ?? (declared.Count == 0 ? $"declare it: vars: {{ {assignment.Name}: … }}" : $"declared are {string.Join(", ", declared.Keys)}"));
            }
        }

        foreach ((string name, (Variable variable, TextRange at)) in declared)
        {
            part.Variables[name] = ValueOf(name, variable, at, last.TryGetValue(name, out Assignment assignment) ? assignment : null, asker);
        }
    }

    object? ValueOf(string name, Variable variable, TextRange at, Assignment? given, TextRange? asker)
    {
        (string Text, TextRange At)? source = given is { } assignment ? (assignment.Value, assignment.At) : variable.Default is { } standard ? (standard.Value, standard.At) : null;
        if (source is not var (text, place))
        {
            string what = variable.Description is { } words ? $" ({words})" : "";
            context.Report(DiagnosticCatalog.VariableUnset, asker ?? at, $"the variable {Quoted.Text(name)}{what} has no value",
                asker is null ? $"--set {name}=…, or give it a default" : $"with: {{ {name}: … }}");
            return null;
        }

        if (variable.Parse(text, isListed: false, out object? value) is { } wrong)
        {
            context.Report(given is null ? DiagnosticCatalog.BadVariable : DiagnosticCatalog.BadVariableValue, place, $"vars.{name}: {wrong}");
            return null;
        }

        return value;
    }
}

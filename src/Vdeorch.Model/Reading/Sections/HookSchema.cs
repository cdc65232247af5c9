using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Commands of a namespace.</summary>
/// <example><code>
/// exec: { up: ["ip rule add from 10.20.0.99 table 100", [ip, link, set, dev, vde0, promisc, on]], down: ["conntrack -F"] }
/// </code></example>
internal static class HookSchema
{
    static readonly ValueSchema<HookDraft> s_hook = new EitherSchema<HookDraft>(
        Scalars.Text.As(line => new HookDraft(string.IsNullOrWhiteSpace(line.Value) ? [] : ["sh", "-c", line.Value], line.At)),
        new ListSchema<Located<string>>(Scalars.Text).As(words => new HookDraft(words.IsEmpty || words[0].Value.Length == 0 ? [] : [.. words.Select(word => word.Value)], words.IsEmpty ? null : words[0].At)))
    {
        Words = "a line for sh, or a list of a program and its arguments",
    };

    static readonly FieldSchema<ImmutableArray<HookDraft>> s_up = new(HooksSpec.UpPath, Hooks())
    {
        Description = "What runs when its interfaces are there, before its services start; all of it again when the list changes. One that fails fails the apply.",
        Example = "[\"ip rule add from 10.20.0.99 table 100\"]",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<ImmutableArray<HookDraft>> s_down = new(HooksSpec.DownPath, Hooks())
    {
        Description = "What runs when its services have ended, before its interfaces go. One that fails is said, and keeps nothing from going.",
        Example = "[[logger, \"{{ namespace }} goes\"]]",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<HooksSpec> s_exec = new("namespaces.NAME.exec", "a map with `up` or `down`", [s_up, s_down],
        reader => new HooksSpec(reader.Context.Scope.Namespace!, Read(reader, s_up), Read(reader, s_down)));

    public static readonly FieldSchema<HooksSpec> Exec = new("exec", s_exec)
    {
        Description = "Commands to run inside it, once each time it is made and before it goes.",
        Example = "{ up: [\"ip rule add from 10.20.0.99 table 100\"] }",
        Cost = OnChange.Hot,
    };

    public static ImmutableArray<IObjectSchema> Objects => [s_exec];

    /// <param name="finished">What has to be there before they run.</param>
    /// <returns>Null when there are none.</returns>
    public static HooksSpec? Read(ObjectReader reader, ImmutableArray<ResourceId> finished) =>
        reader.TryGet(Exec, out HooksSpec? hooks) && !(hooks.Up.IsEmpty && hooks.Down.IsEmpty) ? hooks with { DependsOn = finished } : null;

    // One line alone is a list of one; a list is always one of hooks, so that [ip, link] is not taken for a program with an argument.
    static EitherSchema<ImmutableArray<HookDraft>> Hooks() =>
        new(Scalars.Text.As(line => ImmutableArray.Create(new HookDraft(string.IsNullOrWhiteSpace(line.Value) ? [] : ["sh", "-c", line.Value], line.At))), new ListSchema<HookDraft>(s_hook))
        {
            Words = "a line for sh, or a list of those and of lists of a program and its arguments",
        };

    static ImmutableArray<ImmutableArray<string>> Read(ObjectReader reader, FieldSchema<ImmutableArray<HookDraft>> field)
    {
        ImmutableArray<HookDraft> hooks = reader.List(field);
        foreach (HookDraft nothing in hooks.Where(hook => hook.Command.IsEmpty))
        {
            reader.Context.Report(DiagnosticCatalog.BadCommand, nothing.At ?? reader.At(field), $"{field.Key} has a command that names no program", $"for example {field.Key}: {field.Example}");
        }

        return [.. hooks.Select(hook => hook.Command).Where(command => !command.IsEmpty)];
    }
}

/// <param name="Command">A line is one for sh. Empty: there was none.</param>
/// <param name="At">Null: an empty list has no place.</param>
internal sealed record HookDraft(ImmutableArray<string> Command, TextRange? At);

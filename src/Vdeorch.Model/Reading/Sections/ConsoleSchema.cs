using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Where a switch is managed, and by whom.</summary>
/// <example><code>
/// switches: { lab: { console: /tmp/lab.mgmt }, core: { console: { path: /tmp/core.mgmt, mode: "0660", group: netadmin } } }
/// </code></example>
internal static class ConsoleSchema
{
    static readonly FieldSchema<Located<string>> s_path = new("path", SwitchScalars.Console)
    {
        Description = "The socket to make.",
        IsRequired = true,
        Example = "/tmp/mysw.mgmt",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_mode = new("mode", SwitchScalars.Mode)
    {
        Description = "Who may manage the switch: the permissions of the socket.",
        Otherwise = "`\"0600\"`, nobody but the user that runs it",
        Example = "\"0660\"",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<string>> s_group = new("group", SwitchScalars.Group)
    {
        Description = "The group of the socket, by name or number.",
        Example = "netadmin",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<ConsoleDraft?> s_settings = new("switches.NAME.console", "a map with `path`", [s_path, s_mode, s_group], reader =>
        reader.TryGet(s_path, out Located<string> path)
            ? new ConsoleDraft(path, reader.TryGet(s_mode, out Located<int> mode) ? mode.Value : ConsoleSettings.DefaultMode, reader.TryGet(s_group, out Located<string> group) ? group.Value : null)
            : null);

    public static readonly FieldSchema<ConsoleDraft?> Switch = new("console",
        new EitherSchema<ConsoleDraft?>(SwitchScalars.Console.As(path => (ConsoleDraft?)new ConsoleDraft(path, ConsoleSettings.DefaultMode, null)), s_settings) { Words = "a path, or a map with `path`" })
    {
        Description = "A socket to make, at which the switch is managed as vde_switch is: vdeterm, unixterm, socat. `vdeorch console` needs none.",
        Example = "/tmp/mysw.mgmt",
        Cost = OnChange.Hot,
    };

    public static ImmutableArray<IObjectSchema> Objects => [s_settings];
}

/// <param name="Path">As it is written.</param>
internal sealed record ConsoleDraft(Located<string> Path, int Mode, string? Group);

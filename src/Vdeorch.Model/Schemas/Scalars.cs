using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Schemas;

/// <summary>The scalar types of the language: how each is read, what its errors say, and its JSON Schema.</summary>
internal static partial class Scalars
{
    public const int MaxNameLength = 31;
    internal const string NamePattern = "[a-z][a-z0-9-]{0,30}";

    public static readonly ScalarSchema<bool> Boolean = new("true or false", ReadBoolean, value => value ? "true" : "false", () => new JsonObject { ["type"] = "boolean" });

    public static readonly ScalarSchema<string> Name = new("a name", ReadName, value => value, () => Pattern($"^{NamePattern}$"));

    public static readonly ScalarSchema<string> TemplateName = new("a template's name", ReadName, value => value, () => Pattern($"^{NamePattern}$")) { IsReference = true };

    public static readonly ScalarSchema<string> NamespaceName = new("a namespace's name", ReadName, value => value, () => Pattern($"^{NamePattern}$")) { IsReference = true };

    public static readonly ScalarSchema<string> NameKey = new("a name", ReadName, value => value, () => Pattern(NamePattern)) { IsName = true };

    /// <summary>Of `vars`: as a name of the expression language, where a dash would subtract.</summary>
    public static readonly ScalarSchema<string> VarKey = new("a variable's name", ReadVarName, value => value, () => Pattern("[a-z][a-z0-9_]{0,30}"));

    public static readonly ScalarSchema<string> InterfaceKey = new("an interface name", ReadInterfaceName, value => value, () => Pattern("(?!lo$|all$|default$)[A-Za-z0-9][A-Za-z0-9_.-]{0,14}")) { IsName = true };

    public static readonly ScalarSchema<string> InterfaceText = new("an interface's name", ReadHostInterface, value => value, () => Pattern("^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$"));

    public static readonly ScalarSchema<string> SysctlKey = new("a sysctl below net.", ReadSysctlName, value => value, () => Pattern("net(\\.[A-Za-z0-9_-]+)+"));

    public static readonly ScalarSchema<string> SysctlValue = new("an integer or a string", ReadSysctlValue, value => value,
        () => new JsonObject { ["type"] = new JsonArray("integer", "string") });

    public static readonly ScalarSchema<string> VariableKey = new("a variable's name", ReadVariableName, value => value, () => Pattern("[A-Za-z_][A-Za-z0-9_]*"));

    /// <summary>Numbers and booleans count as the text they are written with.</summary>
    public static readonly ScalarSchema<string> Text = new("a string", ReadText, value => value,
        () => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") });

    public static readonly ScalarSchema<string> Program = new("a program", ReadProgram, value => value, () => Pattern("^\\S+$"));

    public static readonly ScalarSchema<string> Glob = new("a namespace's name or a pattern (*, ?)", ReadGlob, value => value, () => Pattern("^[a-z*?][a-z0-9*?-]*$")) { IsReference = true };

    public static readonly ScalarSchema<string> GlobKey = new("a namespace's name or a pattern (*, ?)", ReadGlob, value => value, () => Pattern("[a-z*?][a-z0-9*?-]*")) { IsReference = true };

    public static ScalarSchema<int> Integer(int min, int max)
    {
        string range = string.Create(CultureInfo.InvariantCulture, $"{min}..{max}");
        return new ScalarSchema<int>($"an integer {range}", (ScalarText text, out int value) =>
        {
            value = 0;
            if (text.Type != CoreType.Integer)
            {
                bool quoted = !text.Node.IsPlain && CoreTypes.Of(text.Text) == CoreType.Integer;
                return Not($"takes an integer {range}, not {CoreTypes.Describe(text.Type)} ({Quoted.Text(text.Text)})", quoted ? "remove the quotes" : null);
            }

            if (!CoreTypes.TryInteger(text.Text, out long number) || number < min || number > max)
            {
                return new Problem(DiagnosticCatalog.OutOfRange, $"{Shorten(text.Text)} is outside {range}");
            }

            value = (int)number;
            return null;
        },
        value => value.ToString(CultureInfo.InvariantCulture),
        () => new JsonObject { ["type"] = "integer", ["minimum"] = min, ["maximum"] = max });
    }

    public static ScalarSchema<TimeSpan> Duration(TimeSpan min, TimeSpan max)
    {
        string range = $"{Durations.Print(min)}..{Durations.Print(max)}";
        return new ScalarSchema<TimeSpan>($"a duration {range}", (ScalarText text, out TimeSpan value) =>
        {
            if (!Durations.TryParse(text.Text, out value))
            {
                return new Problem(DiagnosticCatalog.BadDuration, $"{Quoted.Text(text.Text)} is not a duration",
                    text.Type is CoreType.Integer or CoreType.Float ? $"say the unit: {Shorten(text.Text)}s, {Shorten(text.Text)}ms" : "a number and a unit: 20ms, 5s, 1m");
            }

            return value < min || value > max ? new Problem(DiagnosticCatalog.OutOfRange, $"{text.Text} is outside {range}") : null;
        },
        Durations.Print,
        () => Pattern("^[0-9]+(\\.[0-9]+)?(us|ms|s|m|h|d)$"));
    }

    public static ScalarSchema<T> OneOf<T>(params ImmutableArray<(string Text, T Value)> values) where T : struct, Enum
    {
        string list = string.Join(", ", values.Select(value => value.Text));
        return new ScalarSchema<T>($"one of {list}", (ScalarText text, out T value) =>
        {
            foreach ((string known, T meaning) in values)
            {
                if (known == text.Text)
                {
                    value = meaning;
                    return null;
                }
            }

            value = default;
            return new Problem(DiagnosticCatalog.NotOneOf, $"{Quoted.Text(text.Text)} is not one of {list}",
                EditDistance.Nearest(Shorten(text.Text), values.Select(entry => entry.Text)) is { } near ? $"did you mean '{near}'?" : null);
        },
        value => values.First(entry => entry.Value.Equals(value)).Text,
        () => new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. values.Select(entry => (JsonNode)entry.Text)]) });
    }

    /// <returns>True when the text is a namespace's, switch's or service's name.</returns>
    public static bool IsName(string text) => NameRegex().IsMatch(text);

    /// <returns>A name made of what is usable in the text; null when nothing is.</returns>
    public static string? NearestName(string text)
    {
        string name = NotInNames().Replace(text.ToLowerInvariant(), "-").Trim('-').TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-');
        name = name.Length > MaxNameLength ? name[..MaxNameLength].TrimEnd('-') : name;
        return name.Length == 0 ? null : name;
    }

    static Problem? ReadVarName(ScalarText text, out string value)
    {
        value = text.Text;
        return VarNameRegex().IsMatch(text.Text) ? null : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is not a variable's name",
            text.Text.Contains('-', StringComparison.Ordinal) ? $"a dash would subtract in {{{{ vars.{Shorten(text.Text)} }}}}: write {Shorten(text.Text.Replace('-', '_'))}" : "lower-case letters, digits and _, up to 31, beginning with a letter");
    }

    static Problem? ReadBoolean(ScalarText text, out bool value)
    {
        value = text.Text is "true" or "True" or "TRUE";
        return text.Type == CoreType.Boolean ? null
            : Not($"takes true or false, not {Quoted.Text(text.Text)}", text.Text.ToLowerInvariant() switch
            {
                "yes" or "on" or "y" or "1" => "write true",
                "no" or "off" or "n" or "0" => "write false",
                "true" or "false" => "remove the quotes",
                _ => null,
            });
    }

    internal static Problem? ReadName(ScalarText text, out string value)
    {
        value = text.Text;
        return IsName(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is not a name: lower-case letters, digits and hyphens, a letter first, {MaxNameLength} at most",
                NearestName(Shorten(text.Text)) is { } near ? $"'{near}' would be one" : null);
    }

    // One that is there: any name the kernel gives, `lo` too.
    static Problem? ReadHostInterface(ScalarText text, out string value)
    {
        value = text.Text;
        return text.Text.Length > 15
            ? new Problem(DiagnosticCatalog.BadInterfaceName, $"{Quoted.Text(text.Text)} has {text.Text.Length} characters, and no interface more than 15", "`ip link` lists those of this host")
            : InterfaceName().IsMatch(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadInterfaceName, $"{Quoted.Text(text.Text)} is not an interface name: letters, digits, '_', '-' and '.', beginning with a letter or digit");
    }

    static Problem? ReadInterfaceName(ScalarText text, out string value)
    {
        value = text.Text;
        return text.Text is "lo" or "all" or "default"
            ? new Problem(DiagnosticCatalog.BadInterfaceName, $"{Quoted.Text(text.Text)} has another meaning in Linux and cannot name an interface", "vde0, eth0 and the like are free")
            : text.Text.Length > 15
                ? new Problem(DiagnosticCatalog.BadInterfaceName, $"{Quoted.Text(text.Text)} has {text.Text.Length} characters; Linux takes 15", $"'{text.Text[..15]}' would do", 15, text.Text.Length - 15)
                : InterfaceName().IsMatch(text.Text) ? null
                    : new Problem(DiagnosticCatalog.BadInterfaceName, $"{Quoted.Text(text.Text)} is not an interface name: letters, digits, '_', '-' and '.', beginning with a letter or digit");
    }

    static Problem? ReadSysctlName(ScalarText text, out string value)
    {
        value = text.Text;
        if (SysctlName().IsMatch(text.Text))
        {
            return null;
        }

        string dotted = text.Text.Replace('/', '.');
        return new Problem(DiagnosticCatalog.BadSysctl, $"{Quoted.Text(text.Text)} is not a sysctl of a network namespace",
            SysctlName().IsMatch(dotted) ? $"write {dotted}" : text.Text.StartsWith("ipv", StringComparison.Ordinal) && SysctlName().IsMatch($"net.{text.Text}") ? $"write net.{text.Text}" : "they begin with net.");
    }

    static Problem? ReadSysctlValue(ScalarText text, out string value)
    {
        value = text.Text;
        if (text.Type is CoreType.Boolean or CoreType.Float)
        {
            return Not($"takes an integer or a string, not {CoreTypes.Describe(text.Type)} ({text.Text})", text.Type == CoreType.Boolean ? "write 1 or 0" : null);
        }

        if (text.Type == CoreType.Integer && CoreTypes.TryInteger(text.Text, out long number))
        {
            value = number.ToString(CultureInfo.InvariantCulture);
        }

        return text.Text.AsSpan().ContainsAny("\0\n\r") || text.Text.AsSpan().Trim().IsEmpty
            ? new Problem(DiagnosticCatalog.BadText, $"{Quoted.Text(text.Text)} is not a sysctl's value: one line of text")
            : null;
    }

    static Problem? ReadVariableName(ScalarText text, out string value)
    {
        value = text.Text;
        return VariableName().IsMatch(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadVariableName, $"{Quoted.Text(text.Text)} is not the name of a variable: letters, digits and '_', not a digit first");
    }

    static Problem? ReadText(ScalarText text, out string value)
    {
        value = text.Text;
        int nul = text.Text.IndexOf('\0', StringComparison.Ordinal);
        return nul < 0 ? null : new Problem(DiagnosticCatalog.BadText, "has a NUL character in it, which no program can get", null, nul, 1);
    }

    static Problem? ReadProgram(ScalarText text, out string value)
    {
        if (ReadText(text, out value) is { } problem)
        {
            return problem;
        }

        int blank = text.Text.AsSpan().IndexOfAny(" \t\n\r");
        return text.Text.Length == 0 ? new Problem(DiagnosticCatalog.BadCommand, "names no program")
            : blank < 0 ? null
            : new Problem(DiagnosticCatalog.BadCommand, $"{Quoted.Text(text.Text)} is one word with blanks in it; no shell takes it apart",
                $"write a list: [{string.Join(", ", Shorten(text.Text).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}]");
    }

    static Problem? ReadGlob(ScalarText text, out string value)
    {
        value = text.Text;
        return GlobPattern().IsMatch(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is neither a namespace's name nor a pattern of them");
    }

    internal static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    static Problem Not(string message, string? suggestion) => new(DiagnosticCatalog.WrongType, message, suggestion);

    internal static string Shorten(string text) => text.Length <= 40 ? text : text[..40];

    [GeneratedRegex("^[a-z][a-z0-9_]{0,30}\\z")]
    private static partial Regex VarNameRegex();

    [GeneratedRegex($"^{NamePattern}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameRegex();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotInNames();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}\\z", RegexOptions.CultureInvariant)]
    internal static partial Regex InterfaceName();

    [GeneratedRegex("^net(\\.[A-Za-z0-9_-]+)+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex SysctlName();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();

    [GeneratedRegex("^[a-z*?][a-z0-9*?-]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex GlobPattern();
}

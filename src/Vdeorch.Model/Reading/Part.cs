using System.Text.RegularExpressions;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading;

/// <summary>
/// Texts that see the same names and variables: the files given, or one inclusion of a fragment. A fragment that is included twice is two parts, each
/// with a text of its own, so that a place leads to what it means there.
/// </summary>
/// <param name="Prefix">Before the names of what it defines: <c>left-</c>; empty for the files given.</param>
/// <param name="Note">For diagnostics: <c>included as left in lab.yaml:3</c>; null for the files given.</param>
internal sealed partial record Part(string Prefix, string? Note)
{
    /// <summary>What it defines, without the prefix.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Its `vars`. Null: declared, but without a good value, which has been said.</summary>
    public Dictionary<string, object?> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>By variable that was given: the part whose names its value speaks of.</summary>
    public Dictionary<string, Part> Origins { get; } = new(StringComparer.Ordinal);

    /// <summary>Whose names a scalar speaks of: those of this part, or, where it is one variable and nothing else, of the part that gave it.</summary>
    /// <param name="written">The scalar before expressions are evaluated.</param>
    public Part Speaking(string written) =>
        Origins.Count > 0 && OneVariable().Match(written) is { Success: true } match && Origins.TryGetValue(match.Groups[1].Value, out Part? giver) ? giver : this;

    /// <summary>What a name, <c>name/interface</c>, <c>name:port</c>, <c>http://name/</c> or pattern of names means outside of this part.</summary>
    public string Global(string text)
    {
        if (Prefix.Length > 0 && text.StartsWith(TargetScalars.HttpScheme, StringComparison.Ordinal))
        {
            int end = text.AsSpan(TargetScalars.HttpScheme.Length).IndexOfAny('/', ':') is >= 0 and int host ? TargetScalars.HttpScheme.Length + host : text.Length;
            return Defines(text[TargetScalars.HttpScheme.Length..end]) ? $"{TargetScalars.HttpScheme}{Prefix}{text[TargetScalars.HttpScheme.Length..]}" : text;
        }

        return GlobalName(text);
    }

    string GlobalName(string text)
    {
        if (Prefix.Length == 0 || text.Contains("://", StringComparison.Ordinal))
        {
            return text;
        }

        int end = text.AsSpan().IndexOfAny('/', ':');
        string name = end < 0 ? text : text[..end];
        return Defines(name) ? Prefix + text : text;
    }

    // A replica has the name of a namespace, and a number. A pattern means what it defines when it can.
    bool Defines(string name)
    {
        if (Names.Contains(name))
        {
            return true;
        }

        int dash = name.LastIndexOf('-');
        return (dash > 0 && name.Length > dash + 1 && name.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0 && Names.Contains(name[..dash]))
            || (name.AsSpan().IndexOfAny('*', '?') >= 0 && Names.Any(known => MatchesPattern(name, known)));
    }

    [GeneratedRegex(@"^\s*\{\{-?\s*vars\.([a-z][a-z0-9_]*)\s*-?\}\}\s*\z")]
    private static partial Regex OneVariable();

    static bool MatchesPattern(string pattern, string name) =>
        System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false)
        || System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, $"{name}-0", ignoreCase: false);
}

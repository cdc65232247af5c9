using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Schemas;

/// <summary>What public switches take: where, and for whom.</summary>
internal static partial class SwitchScalars
{
    /// <summary>A name of a socket has 107 bytes; in the directory clients have some of up to fifteen (<c>/.0012345-00001</c>).</summary>
    public const int MaxSocketBytes = 90;

    /// <summary>Quoted, because YAML reads 0660 as six hundred and sixty.</summary>
    public static readonly ScalarSchema<int> Mode = new("permissions, octal and quoted (\"0660\")", ReadMode, SwitchSpec.PrintMode, () => Scalars.Pattern("^0?[0-7]{3}$"));

    public static readonly ScalarSchema<string> Socket = new("a path", ReadSocket, value => value, () => Scalars.Pattern("^[^~\\x00-\\x1f][^\\x00-\\x1f]*$"));

    public static readonly ScalarSchema<string> Group = new("a group's name or number", ReadGroup, value => value,
        () => new JsonObject { ["type"] = new JsonArray("string", "integer"), ["pattern"] = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$" });

    /// <param name="full">Where the path leads to in the end.</param>
    public static bool IsShortEnough(string full) => Encoding.UTF8.GetByteCount(full) <= MaxSocketBytes;

    static Problem? ReadMode(ScalarText text, out int value)
    {
        value = 0;
        if (!ModeText().IsMatch(text.Text))
        {
            return new Problem(DiagnosticCatalog.BadMode, $"{Quoted.Text(text.Text)} is no permissions", "three octal digits for user, group and others: \"0660\"");
        }

        if (text.Type == CoreType.Integer)
        {
            return new Problem(DiagnosticCatalog.BadMode, $"{text.Text} is a decimal number in YAML", $"quote it: \"{text.Text}\"");
        }

        value = Convert.ToInt32(text.Text, 8);
        return null;
    }

    static Problem? ReadSocket(ScalarText text, out string value)
    {
        value = text.Text;
        return text.Text.Length == 0 || text.Text[0] == '~' || text.Text.Any(char.IsControl) || text.Text.TrimEnd('/').Length == 0
            ? new Problem(DiagnosticCatalog.BadSocket, $"{Quoted.Text(text.Text)} is no directory to make", "an absolute path, or one that begins where the file lies: /tmp/mysw")
            : null;
    }

    static Problem? ReadGroup(ScalarText text, out string value)
    {
        value = text.Text;
        return GroupText().IsMatch(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is neither a group's name nor its number");
    }

    [GeneratedRegex("^0?[0-7]{3}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ModeText();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex GroupText();
}

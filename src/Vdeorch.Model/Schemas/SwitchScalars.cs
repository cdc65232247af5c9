using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Runtime;
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

    public static readonly ScalarSchema<string> PortName = new("namespace/interface, or a namespace", ReadPortName, value => value,
        () => Scalars.Pattern($"^{Scalars.NamePattern}(/[A-Za-z0-9][A-Za-z0-9_.-]{{0,14}})?$"))
    {
        IsReference = true,
    };

    public static readonly ScalarSchema<string> Group = Account("group");

    public static readonly ScalarSchema<string> User = Account("user");

    public static readonly ScalarSchema<string> Console = new("a path", ReadConsole, value => value, () => Scalars.Pattern("^[^~\\x00-\\x1f][^\\x00-\\x1f]*$"));

    /// <summary>The number of a port, as a key.</summary>
    public static readonly ScalarSchema<string> PortKey = new(string.Create(CultureInfo.InvariantCulture, $"a port's number 1..{RuntimeRequest.MaxSwitchPorts}"), ReadPortKey, value => value, () => Scalars.Pattern("([1-9][0-9]{0,3}|[12][0-9]{4}|3[01][0-9]{3}|32[0-6][0-9]{2}|327[0-5][0-9]|3276[0-8])"));

    /// <param name="full">Where the path leads to in the end.</param>
    public static bool IsShortEnough(string full) => Encoding.UTF8.GetByteCount(full) <= MaxSocketBytes;

    static Problem? ReadPortName(ScalarText text, out string value)
    {
        value = text.Text;
        int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? Scalars.ReadName(text, out _)
            : Scalars.IsName(text.Text[..slash]) && Scalars.InterfaceName().IsMatch(text.Text[(slash + 1)..]) ? null
            : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is neither namespace/interface nor a namespace's name", "for example alice/vde0");
    }

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

    static ScalarSchema<string> Account(string kind) => new($"a {kind}'s name or number", (ScalarText text, out string value) =>
    {
        value = text.Text;
        return AccountText().IsMatch(text.Text) ? null : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is neither a {kind}'s name nor its number");
    }, value => value, () => new JsonObject { ["type"] = new JsonArray("string", "integer"), ["pattern"] = "^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$" });

    static Problem? ReadConsole(ScalarText text, out string value)
    {
        value = text.Text;
        return text.Text.Length == 0 || text.Text[0] == '~' || text.Text[^1] == '/' || text.Text.Any(char.IsControl)
            ? new Problem(DiagnosticCatalog.BadSocket, $"{Quoted.Text(text.Text)} is no socket to make", "an absolute path, or one that begins where the file lies: /tmp/mysw.mgmt")
            : null;
    }

    static Problem? ReadPortKey(ScalarText text, out string value)
    {
        value = text.Text;
        return int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= RuntimeRequest.MaxSwitchPorts && text.Text[0] != '0'
            ? null
            : new Problem(DiagnosticCatalog.OutOfRange, $"{Scalars.Shorten(text.Text)} is no port's number", string.Create(CultureInfo.InvariantCulture, $"they are 1..{RuntimeRequest.MaxSwitchPorts}"));
    }

    [GeneratedRegex("^0?[0-7]{3}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex ModeText();

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex AccountText();
}

using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Schemas;

/// <summary>The scalar types of the language: how each is read, what its errors say, and its JSON Schema.</summary>
internal static partial class Scalars
{
    public const int MaxNameLength = 31;
    const string NamePattern = "[a-z][a-z0-9-]{0,30}";
    const string AddressPattern = "[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*";

    public static readonly ScalarSchema<bool> Boolean = new("true or false", ReadBoolean, value => value ? "true" : "false", () => new JsonObject { ["type"] = "boolean" });

    public static readonly ScalarSchema<string> Name = new("a name", ReadName, value => value, () => Pattern($"^{NamePattern}$"));

    public static readonly ScalarSchema<string> NameKey = new("a name", ReadName, value => value, () => Pattern(NamePattern));

    const string LocatorPattern = "[^\\x00-\\x1f]+://[^\\x00-\\x1f]*";

    /// <summary>The name of a segment, or a locator. That the name exists is a rule's business: the segment may stand later in the file.</summary>
    public static readonly ScalarSchema<SegmentText> Segment = new("a segment's name or a locator", ReadSegment, value => value.Text, () => Pattern($"^(?:{NamePattern}|{LocatorPattern})$"));

    public static readonly ScalarSchema<string> SegmentKey = new("a segment's name or a locator", ReadSegmentKey, value => value, () => Pattern($"{NamePattern}|{LocatorPattern}"));

    /// <summary>A locator, as strict as the parser can be.</summary>
    public static readonly ScalarSchema<Uvdel> Locator = new("a locator (vxvde://234.0.0.1)", ReadLocator, value => value.ToString(), () => Pattern($"^{LocatorPattern}$"));

    public static readonly ScalarSchema<string> CableEnd = new("a segment's name, a locator or namespace/interface", ReadCableEnd, value => value,
        () => Pattern($"^(?:{NamePattern}(/[A-Za-z0-9][A-Za-z0-9_.-]{{0,14}})?|{LocatorPattern})$"));

    public static readonly ScalarSchema<string> InterfaceKey = new("an interface name", ReadInterfaceName, value => value,
        () => Pattern("(?!lo$|all$|default$)[A-Za-z0-9][A-Za-z0-9_.-]{0,14}"));

    public static readonly ScalarSchema<string> InterfaceText = new("an interface name", ReadInterfaceName, value => value, () => Pattern("^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$"));

    public static readonly ScalarSchema<string> SysctlKey = new("a sysctl below net.", ReadSysctlName, value => value, () => Pattern("net(\\.[A-Za-z0-9_-]+)+"));

    public static readonly ScalarSchema<string> SysctlValue = new("an integer or a string", ReadSysctlValue, value => value,
        () => new JsonObject { ["type"] = new JsonArray("integer", "string") });

    public static readonly ScalarSchema<string> VariableKey = new("a variable's name", ReadVariableName, value => value, () => Pattern("[A-Za-z_][A-Za-z0-9_]*"));

    /// <summary>Numbers and booleans count as the text they are written with.</summary>
    public static readonly ScalarSchema<string> Text = new("a string", ReadText, value => value,
        () => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") });

    public static readonly ScalarSchema<string> Program = new("a program", ReadProgram, value => value, () => Pattern("^\\S+$"));

    public static readonly ScalarSchema<MacAddress> Mac = new("a MAC address", ReadMac, value => value.ToString(), () => Pattern("^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$"));

    public static readonly ScalarSchema<InterfaceAddress> Address = new("an address/prefix", ReadInterfaceAddress, value => value.ToString(),
        () => Pattern($"^(?:{AddressPattern})/[0-9]{{1,3}}$"));

    public static readonly ScalarSchema<IPAddress> Ip = new("an address", ReadIp, value => value.ToString(), () => Pattern($"^(?:{AddressPattern})$"));

    public static readonly ScalarSchema<string> DestinationKey = new("a prefix or default", ReadDestination, value => value, () => Pattern($"default|(?:{AddressPattern})/[0-9]{{1,3}}"));

    public static readonly ScalarSchema<string> Glob = new("a namespace's name or a pattern (*, ?)", ReadGlob, value => value, () => Pattern("^[a-z*?][a-z0-9*?-]*$"));

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

    /// <summary>Stands for one that could not be read.</summary>
    static readonly Uvdel NoLocator = new("null", "", [], null);

    /// <returns>True when the text is a namespace's, switch's or service's name.</returns>
    public static bool IsName(string text) => NameRegex().IsMatch(text);

    /// <returns>A name made of what is usable in the text; null when nothing is.</returns>
    public static string? NearestName(string text)
    {
        string name = NotInNames().Replace(text.ToLowerInvariant(), "-").Trim('-').TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '-');
        name = name.Length > MaxNameLength ? name[..MaxNameLength].TrimEnd('-') : name;
        return name.Length == 0 ? null : name;
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

    static Problem? ReadName(ScalarText text, out string value)
    {
        value = text.Text;
        return IsName(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is not a name: lower-case letters, digits and hyphens, a letter first, {MaxNameLength} at most",
                NearestName(Shorten(text.Text)) is { } near ? $"'{near}' would be one" : null);
    }

    static Problem? ReadSegment(ScalarText text, out SegmentText value)
    {
        if (!text.Text.Contains("://", StringComparison.Ordinal))
        {
            Problem? problem = ReadName(text, out string name);
            value = new SegmentText(name, null);
            return problem;
        }

        Problem? wrong = ReadLocator(text, out Uvdel locator);
        value = new SegmentText(text.Text, locator);
        return wrong;
    }

    static Problem? ReadSegmentKey(ScalarText text, out string value)
    {
        value = text.Text;
        return ReadSegment(text, out _);
    }

    /// <param name="text">As <see cref="SegmentKey"/> has read it.</param>
    public static SegmentText ToSegment(string text) =>
        new(text, text.Contains("://", StringComparison.Ordinal) ? UvdelParser.ParseStrict(text, out _) : null);

    static Problem? ReadLocator(ScalarText text, out Uvdel value)
    {
        if (text.Type != CoreType.String || !text.Text.Contains("://", StringComparison.Ordinal))
        {
            value = NoLocator;
            return new Problem(DiagnosticCatalog.BadLocator, $"is no locator: {Quoted.Text(text.Text)} has no scheme", "for example vxvde://234.0.0.1");
        }

        if (UvdelParser.ParseStrict(text.Text, out ImmutableArray<UvdelProblem> problems) is { } read)
        {
            value = read;
            return null;
        }

        value = NoLocator;
        Problem? first = null;
        foreach (UvdelProblem problem in problems.Reverse())
        {
            first = new Problem(DiagnosticCatalog.BadLocator, $"is no locator: {problem.Message}", Offset: problem.At.Start, Length: problem.At.Length) { Next = first };
        }

        return first;
    }

    static Problem? ReadCableEnd(ScalarText text, out string value)
    {
        value = text.Text;
        if (text.Text.Contains("://", StringComparison.Ordinal))
        {
            return ReadLocator(text, out _);
        }

        int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? ReadName(text, out _)
            : IsName(text.Text[..slash]) && InterfaceName().IsMatch(text.Text[(slash + 1)..]) ? null
            : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is neither a segment's name, a locator nor namespace/interface", "for example gw/vde0");
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

    static Problem? ReadMac(ScalarText text, out MacAddress value) =>
        !MacAddress.TryParse(text.Text, out value)
            ? new Problem(DiagnosticCatalog.BadMac, $"{Quoted.Text(text.Text)} is not a MAC address",
                MacAddress.TryParse(text.Text.Replace('-', ':'), out MacAddress dashed) ? $"write {dashed}" : "six pairs of hexadecimal digits: 52:54:00:00:00:01")
            : value.IsZero ? new Problem(DiagnosticCatalog.NotAHostMac, $"{text.Text} is no address", "02:00:00:00:00:01 would be one")
            : value.IsMulticast ? new Problem(DiagnosticCatalog.NotAHostMac, $"{text.Text} is a multicast address: its first octet is odd", $"{new MacAddress(value.Bits & ~(1UL << 40))} is not", 0, 2)
            : null;

    static Problem? ReadInterfaceAddress(ScalarText text, out InterfaceAddress value)
    {
        value = default;
        int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return ReadIp(text, out IPAddress? bare) ?? new Problem(DiagnosticCatalog.BadAddress, $"{text.Text} has no prefix length",
                $"for example {text.Text}/{(bare.AddressFamily == AddressFamily.InterNetwork ? 24 : 64)}");
        }

        if (!InterfaceAddress.TryParse(text.Text, out InterfaceAddress? parsed))
        {
            if (BadAddressPart(text.Text[..slash]) is { } bad)
            {
                return bad;
            }

            int most = text.Text.Contains(':', StringComparison.Ordinal) ? 128 : 32;
            return new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(text.Text)} has a prefix length outside 0..{most}", null, slash + 1, text.Text.Length - slash - 1);
        }

        value = parsed.Value;
        return NotAHost(value) is { } why ? new Problem(DiagnosticCatalog.NotAHostAddress, $"{text.Text} {why.Message}", why.Suggestion, 0, slash) : null;
    }

    static (string Message, string? Suggestion)? NotAHost(InterfaceAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.Address.TryWriteBytes(bytes, out int length);
        bytes = bytes[..length];
        if (IPAddress.IsLoopback(address.Address))
        {
            return ("is a loopback address; every namespace has those already", null);
        }

        if (address.IsV6)
        {
            return bytes[0] == 0xff ? ("is a multicast address", null) : !bytes.ContainsAnyExcept((byte)0) ? ("is the unspecified address", null) : null;
        }

        if (bytes[0] >= 224 || bytes[0] == 0)
        {
            return (bytes[0] == 0 ? "is in 0.0.0.0/8, which no host has" : bytes[0] < 240 ? "is a multicast address" : "is in 240.0.0.0/4, which no host has", null);
        }

        if (address.PrefixLength >= 31)
        {
            return null;
        }

        uint host = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) & (uint.MaxValue >> address.PrefixLength);
        return host == 0 ? ("is the network itself, not a host in it", Neighbour(bytes, +1, address.PrefixLength))
            : host == uint.MaxValue >> address.PrefixLength ? ("is the broadcast address of its subnet", Neighbour(bytes, -1, address.PrefixLength))
            : null;
    }

    static string Neighbour(ReadOnlySpan<byte> bytes, int step, int prefixLength)
    {
        uint next = (uint)(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) + step);
        byte[] neighbour = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(neighbour, next);
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(neighbour)}/{prefixLength} is one");
    }

    static Problem? ReadIp(ScalarText text, out IPAddress value)
    {
        value = IPAddress.None;
        if (text.Text.Contains('/', StringComparison.Ordinal) && InterfaceAddress.TryParse(text.Text, out InterfaceAddress? withPrefix))
        {
            int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
            return new Problem(DiagnosticCatalog.BadAddress, $"{text.Text} has a prefix length; here an address stands alone", $"write {withPrefix.Value.Address}", slash, text.Text.Length - slash);
        }

        if (StrictAddress.TryParse(text.Text, out IPAddress? parsed))
        {
            value = parsed;
            return null;
        }

        return BadAddressPart(text.Text);
    }

    /// <summary>Points at the one bad octet where there is one.</summary>
    static Problem? BadAddressPart(string address)
    {
        if (StrictAddress.TryParse(address, out _))
        {
            return null;
        }

        string[] parts = address.Split('.');
        int offset = 0;
        foreach (string part in parts.Length == 4 ? parts : [])
        {
            if (part.Length == 0 || part.Length > 3 || !part.All(char.IsAsciiDigit) || int.Parse(part, CultureInfo.InvariantCulture) > 255 || (part.Length > 1 && part[0] == '0'))
            {
                return new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(address)} is not an address: '{part}' is not a number 0..255",
                    part.Length > 1 && part.All(c => c == '0') ? "write 0" : part.Length is > 1 and <= 4 && part[0] == '0' && part.All(char.IsAsciiDigit) ? $"write {part.TrimStart('0')}" : null, offset, Math.Max(1, part.Length));
            }

            offset += part.Length + 1;
        }

        return new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(address)} is not an address",
            address.Contains('%', StringComparison.Ordinal) ? "leave the zone (%…) out" : "four numbers as in 10.0.0.1, or IPv6", 0, address.Length);
    }

    static Problem? ReadDestination(ScalarText text, out string value)
    {
        value = text.Text;
        if (text.Text == "default")
        {
            return null;
        }

        int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !InterfaceAddress.TryParse(text.Text, out InterfaceAddress? parsed))
        {
            return new Problem(DiagnosticCatalog.BadPrefix, $"{Quoted.Text(text.Text)} is not a destination",
                slash < 0 && StrictAddress.TryParse(text.Text, out IPAddress? host) ? $"one host is {host}/{(host.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)}" : "default, or a prefix as in 10.1.0.0/16");
        }

        IPNetwork subnet = parsed.Value.Subnet;
        value = subnet.ToString();
        return subnet.BaseAddress.Equals(parsed.Value.Address) ? null
            : new Problem(DiagnosticCatalog.BadPrefix, $"{text.Text} has host bits beyond its prefix length", $"write {subnet}", 0, slash);
    }

    static Problem? ReadGlob(ScalarText text, out string value)
    {
        value = text.Text;
        return GlobPattern().IsMatch(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is neither a namespace's name nor a pattern of them");
    }

    static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    static Problem Not(string message, string? suggestion) => new(DiagnosticCatalog.WrongType, message, suggestion);

    static string Shorten(string text) => text.Length <= 40 ? text : text[..40];

    [GeneratedRegex($"^{NamePattern}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex NameRegex();

    [GeneratedRegex("[^a-z0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotInNames();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex InterfaceName();

    [GeneratedRegex("^net(\\.[A-Za-z0-9_-]+)+\\z", RegexOptions.CultureInvariant)]
    private static partial Regex SysctlName();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();

    [GeneratedRegex("^[a-z*?][a-z0-9*?-]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex GlobPattern();
}

using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Model.Schemas;

/// <summary>What leads somewhere: segments, locators and the ends of cables.</summary>
internal static class LocatorScalars
{
    const string OctetPattern = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    const string AddressPattern = $"({OctetPattern}(\\.{OctetPattern}){{3}})?";
    const string PortPattern = "0*([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";

    const string LocatorPattern = "[^\\x00-\\x1f]+://[^\\x00-\\x1f]*";

    /// <summary>The name of a segment, or a locator. That the name exists is a rule's business: the segment may stand later in the file.</summary>
    public static readonly ScalarSchema<SegmentText> Segment = new("a segment's name or a locator", ReadSegment, value => value.Text, () => Scalars.Pattern($"^(?:{Scalars.NamePattern}|{LocatorPattern})$")) { IsReference = true };

    public static readonly ScalarSchema<string> SegmentKey = new("a segment's name or a locator", ReadSegmentKey, value => value, () => Scalars.Pattern($"{Scalars.NamePattern}|{LocatorPattern}")) { IsReference = true };

    /// <summary>A locator, as strict as the parser can be.</summary>
    public static readonly ScalarSchema<Uvdel> Locator = new("a locator (vxvde://234.0.0.1)", ReadLocator, value => value.ToString(), () => Scalars.Pattern($"^{LocatorPattern}$"));

    public static readonly ScalarSchema<string> CableEnd = new("a segment's name, a locator or namespace/interface", ReadCableEnd, value => value,
        () => Scalars.Pattern($"^(?:{Scalars.NamePattern}(/[A-Za-z0-9][A-Za-z0-9_.-]{{0,14}})?|{LocatorPattern})$"))
    {
        IsReference = true,
    };

    /// <summary>A port of the host that leads to one of a slirp network.</summary>
    public static readonly ScalarSchema<string> Forward = new("[address:]port:address:port", ReadForward, value => value,
        () => Scalars.Pattern($"^({AddressPattern}:)?{PortPattern}:{AddressPattern}:{PortPattern}$"));

    /// <summary>An address that a group shares.</summary>
    public static readonly ScalarSchema<IPAddress> Group = new("a multicast address", ReadGroup, value => value.ToString(),
        () => Scalars.Pattern("^((22[4-9]|23[0-9])(\\.[0-9]{1,3}){3}|[fF]{2}[0-9a-fA-F:.]*)$"));

    /// <summary>Stands for one that could not be read.</summary>
    static readonly Uvdel NoLocator = new("null", "", [], null);

    static Problem? ReadSegment(ScalarText text, out SegmentText value)
    {
        if (!text.Text.Contains("://", StringComparison.Ordinal))
        {
            Problem? problem = Scalars.ReadName(text, out string name);
            value = new SegmentText(name, null);
            return problem is not null && Locate(text.Text) is { } meant ? problem with { Suggestion = $"a switch in that directory is {meant}" } : problem;
        }

        Problem? wrong = ReadLocator(text, out Uvdel locator);
        value = new SegmentText(text.Text, locator);
        return wrong;
    }

    /// <returns>Of a name that no segment has and a scheme does: what its user may have meant; else null.</returns>
    public static string? MeantScheme(string name) => UvdelSchemes.Find(name) is { } scheme
        ? scheme.ArgumentText is null && !scheme.TakesNested ? $"a locator has a scheme and ://, as in {name}://" : $"a locator has a scheme and ://, as in {scheme.Example}"
        : null;

    // As vde_plug takes them: a path is a switch's, and a scheme's name may stand alone there.
    static string? Locate(string text) =>
        text.StartsWith('/') ? $"vde://{text}" : UvdelSchemes.All.Any(scheme => scheme.Name == text) ? $"{text}://" : null;

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
            return new Problem(DiagnosticCatalog.BadLocator, $"is no locator: {Quoted.Text(text.Text)} has no scheme", Locate(text.Text) is { } meant ? $"did you mean '{meant}'?" : "for example vxvde://234.0.0.1");
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

    static Problem? ReadForward(ScalarText text, out string value)
    {
        value = text.Text;
        return SlirpForwarding.Parse(text.Text) is null
            ? new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} is not [ADDRESS:]PORT:ADDRESS:PORT, with ports 1 to 65535", "for example 8080:10.0.2.15:80") : null;
    }

    static Problem? ReadGroup(ScalarText text, out IPAddress value) =>
        AddressScalars.ReadIp(text, out value) ?? (OverlayParameters.CheckGroup(text.Text) is null ? null
            : new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(text.Text)} is no multicast address", $"for example {OverlayParameters.DefaultGroup}"));

    static Problem? ReadCableEnd(ScalarText text, out string value)
    {
        value = text.Text;
        if (text.Text.Contains("://", StringComparison.Ordinal))
        {
            return ReadLocator(text, out _);
        }

        int slash = text.Text.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? Scalars.ReadName(text, out _)
            : Scalars.IsName(text.Text[..slash]) && Scalars.InterfaceName().IsMatch(text.Text[(slash + 1)..]) ? null
            : new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(text.Text)} is neither a segment's name, a locator nor namespace/interface", "for example gw/vde0");
    }
}

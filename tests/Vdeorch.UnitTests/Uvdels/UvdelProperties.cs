using System.Collections.Immutable;
using CsCheck;
using Vdeorch.Model.Uvdels;
using Xunit;

namespace Vdeorch.UnitTests.Uvdels;

/// <summary>
/// parse(print(x)) = x, and nothing makes the parser throw. What no spelling can say is not generated: NUL and half a surrogate pair; control characters, and
/// within braces an open quote, in an argument that is taken as it stands; an anonymous port group that is empty, has an '=' or begins as a key does.
/// </summary>
public class UvdelProperties
{
    static readonly string[] s_pieces =
    [
        "vde", "vlan", "agno", "vxvde", "ptp", "slirp", "udp", "cmd", "switch", "libvdeplug:", "://", ":", "/", "//", "[", "]", "{", "}", "'", "\"", "\\", "%", "%41", "%00", "%zz", "%c3", "%a9", "=", "port", "p", "port=7", "7",
        "mtu=", "99999", "234.0.0.1", "ff02::1", "->", "4", "4-7", "/tmp/sw", "\0", "\n", "\u001b", "é", "😀", "\ud83d", "\ude00", "\u2028", " ", "",
    ];

    static readonly Gen<string> s_hostile = Gen.OneOf(
        Gen.Int[0, s_pieces.Length - 1].Select(at => s_pieces[at]).Array[0, 6].Select(string.Concat),
        Gen.String[Gen.Char["'\"\\%/[]{}=:,. abz019\n\u0001\u007f\u00e9\u2028"], 0, 16]);

    static readonly Gen<string> s_text = s_hostile.Select(text => new string([.. text.Where(c => c != '\0' && !char.IsSurrogate(c))]));

    static readonly string[] s_values = ["7", "0660", "users", "1", "1400", "512k", "eth0", "fd00::3", "10.0.2.15", "10.9.0.1/16", "115200", "copy", "0"];

    [Fact]
    public void ALocatorIsWhatLibvdeplugReadsInItsPrintedForm()
    {
        int nested = 0;
        Locator(UvdelParser.MaxNesting).Sample(uvdel =>
        {
            nested += uvdel.Nested is null ? 0 : 1;
            Assert.Equal(uvdel, UvdelParser.ParseCompatible(uvdel.ToString(), new UvdelDisk(), out UvdelProblem? problem));
            Assert.Null(problem);
        }, iter: 20_000, threads: 1, print: uvdel => uvdel.ToString());
        Assert.Equal(UvdelSchemes.All.Any(scheme => scheme.TakesNested), nested > 0);
    }

    [Fact]
    public void ALocatorThatTheTablesAllowIsWhatStrictReadingGivesForItsPrintedForm()
    {
        HashSet<string> allowed = [];
        Locator(4).Sample(uvdel =>
        {
            if (Allows(uvdel))
            {
                allowed.Add(uvdel.Scheme);
                Assert.Equal(uvdel, UvdelParser.ParseStrict(uvdel.ToString(), out ImmutableArray<UvdelProblem> problems));
                Assert.Empty(problems);
            }
            else
            {
                Assert.Null(UvdelParser.ParseStrict(uvdel.ToString(), out ImmutableArray<UvdelProblem> problems));
                Assert.NotEmpty(problems);
            }
        }, iter: 20_000, threads: 1, print: uvdel => uvdel.ToString());
        Assert.Equal(UvdelSchemes.All.Select(scheme => scheme.Name).Order(), allowed.Order());
    }

    [Fact]
    public void NoTextMakesEitherReaderThrow() => s_hostile.Sample(Read, iter: 50_000);

    [Fact]
    public void NoChangeToALocatorMakesEitherReaderThrow() =>
        Gen.Select(Locator(4), s_hostile, Gen.Int[0, 200], Gen.Int[0, 5]).Sample((uvdel, insert, at, remove) =>
        {
            string text = uvdel.ToString();
            at %= text.Length + 1;
            Read($"{text[..at]}{insert}{text[Math.Min(text.Length, at + remove)..]}");
        }, iter: 20_000);

    static void Read(string text)
    {
        Uvdel? compatible = UvdelParser.ParseCompatible(text, new UvdelDisk(("/tmp/sw", text)) { Home = "/h", Taken = ["/h/.vde2/default.switch"] }, out UvdelProblem? problem);
        Assert.Equal(compatible is null, problem is not null);
        Uvdel? strict = UvdelParser.ParseStrict(text, out ImmutableArray<UvdelProblem> problems);
        Assert.Equal(strict is null, problems.Length > 0);
        Assert.All(problems, one => Assert.True(one.At.Start >= 0 && one.At.Length >= 1 && one.At.Start <= text.Length && one.At.Start + one.At.Length <= Math.Max(text.Length, one.At.Start + 1)));
        if (strict is not null)
        {
            // What strict reading takes, libvdeplug reads alike.
            Assert.Equal(strict, UvdelParser.ParseCompatible(text, new UvdelDisk(), out _));
            Assert.Equal(strict, UvdelParser.ParseStrict(strict.ToString(), out _));
            _ = UvdelRoom.Mtu(strict);
        }
    }

    // Worked out from the tables alone, not by the reader.
    static bool Allows(Uvdel uvdel)
    {
        UvdelScheme scheme = UvdelSchemes.Find(uvdel.Scheme)!;
        return (uvdel.Argument.Length == 0 ? scheme.ArgumentText is null || scheme.ArgumentDefault is not null : scheme.ArgumentText is not null && scheme.CheckArgument?.Invoke(uvdel.Argument) is null)
            && uvdel.Parameters.DistinctBy(parameter => parameter.Name).Count() == uvdel.Parameters.Length
            && uvdel.Parameters.All(parameter => Allows(parameter, scheme.Parameters.Single(schema => schema.Name == parameter.Name)))
            && scheme.Check?.Invoke(uvdel).Any() != true
            && (uvdel.Nested is null || Allows(uvdel.Nested));
    }

    static bool Allows(UvdelParameter parameter, UvdelParameterSchema schema) => schema switch
    {
        { ValueText: null } => parameter.Value.Length == 0,
        { Check: { } check } => check(parameter.Value) is null,
        _ => parameter.Value.Length > 0,
    };

    static Gen<Uvdel> Locator(int depth)
    {
        UvdelScheme[] schemes = [.. UvdelSchemes.All.Where(scheme => depth > 1 || !scheme.TakesNested)];
        return Gen.Int[0, schemes.Length - 1].SelectMany(at => Of(schemes[at], depth));
    }

    static Gen<Uvdel> Of(UvdelScheme scheme, int depth) =>
        from argument in Argument(scheme)
        from parameters in scheme.Parameters.IsEmpty ? Gen.Const(ImmutableArray<UvdelParameter>.Empty) : Parameter(scheme).Array[0, 4].Select(ImmutableArray.Create)
        from nested in scheme.TakesNested ? Locator(depth - 1).Select(inner => (Uvdel?)Quotable(inner)) : Gen.Const((Uvdel?)null)
        select new Uvdel(scheme.Name, argument, parameters, nested);

    static Gen<string> Argument(UvdelScheme scheme)
    {
        string example = UvdelParser.ParseCompatible(scheme.Example, new UvdelDisk(), out _)!.Argument;
        Gen<string> text = Gen.OneOf(s_text, s_text, Gen.Const(example), Gen.Const(""), s_text.Select(tail => $"{example}{tail}"));
        return scheme.Form == UvdelForm.Raw ? text.Select(raw => new string([.. raw.Where(c => c >= ' ')])) : text;
    }

    static Gen<UvdelParameter> Parameter(UvdelScheme scheme) =>
        from schema in Gen.Int[0, scheme.Parameters.Length - 1].Select(at => scheme.Parameters[at])
        from value in Gen.OneOf(s_text, Gen.Const(""), Gen.Int[0, s_values.Length - 1].Select(at => s_values[at]))
        select new UvdelParameter(schema.Name, schema.Name.Length == 0 && !IsAnonymous(value, scheme) ? "7" : value);

    static bool IsAnonymous(string value, UvdelScheme scheme) =>
        value.Length > 0 && !value.Contains('=', StringComparison.Ordinal) && !scheme.Parameters.Any(schema => schema.Name.StartsWith(value, StringComparison.Ordinal));

    static Uvdel Quotable(Uvdel uvdel) => UvdelSchemes.Find(uvdel.Scheme)!.Form == UvdelForm.Raw
        ? uvdel with { Argument = string.Concat(uvdel.Argument.EnumerateRunes().Where(rune => rune.Value is not ('\'' or '"' or '\\')).Select(rune => rune.ToString())) }
        : uvdel;
}

using System.Collections.Immutable;
using System.Text;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Fuzz.Targets;

/// <summary>Both readings of a locator: neither throws, what the strict one takes the other reads alike, and what is printed is read back.</summary>
sealed class UvdelTarget : ITarget
{
    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. UvdelSchemes.All.Select(scheme => scheme.Example).Concat(
        [
            "", "/tmp/sw[7]", "/tmp/%73w1[13]", "'/tmp/sw1'[14]", "/tmp/s\\w1[15]", "vde:///tmp/sw[mode=0660/group=users/12]", "slirp:///addr='10.9.0.1/16'/mtu=1400",
            "vlan://4{agno:///etc/key[ethtype=copy]{vxvde://234.0.0.1/vni=7/port=99999}}", "lan", "/etc/net",
        ]).Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<byte[]> Tokens { get; } =
    [
        .. UvdelSchemes.All.Select(scheme => $"{scheme.Name}://").Concat(UvdelSchemes.All.SelectMany(scheme => scheme.Parameters).Select(parameter => $"{parameter.Name}=").Distinct())
            .Concat(["://", "{", "}", "[", "]", "/", "'", "\"", "\\", "%41", "%00", "=", "\n", "->", "~", "é"]).Select(Encoding.UTF8.GetBytes),
    ];

    public void Run(ReadOnlySpan<byte> input)
    {
        string text = Encoding.UTF8.GetString(input);
        Disk disk = new(text);
        Uvdel? compatible = UvdelParser.ParseCompatible(text, disk, out UvdelProblem? problem);
        BrokenPromiseException.Unless(compatible is null == problem is not null, "a locator or a problem");
        _ = compatible?.ToString();
        Uvdel? strict = UvdelParser.ParseStrict(text, out ImmutableArray<UvdelProblem> problems);
        BrokenPromiseException.Unless(strict is null == problems.Length > 0, "a locator or problems");
        foreach (UvdelProblem one in problems)
        {
            BrokenPromiseException.Unless(one.At.Start >= 0 && one.At.Length > 0 && one.At.Start <= text.Length, "a problem stands in the text");
        }

        if (strict is null)
        {
            return;
        }

        string printed = strict.ToString();
        BrokenPromiseException.Unless(strict.Equals(UvdelParser.ParseStrict(printed, out _)), "parse(print(x)) = x, strictly");
        BrokenPromiseException.Unless(strict.Equals(UvdelParser.ParseCompatible(printed, disk, out _)), "parse(print(x)) = x, compatibly");
        _ = UvdelRoom.Mtu(strict);
        for (Uvdel? layer = strict; layer is not null; layer = layer.Nested)
        {
            _ = UvdelRoom.Overhead(layer);
        }
    }

    sealed class Disk(string text) : IUvdelFiles
    {
        public string? Home => "/home/a";

        public bool Exists(string path) => path.EndsWith("default", StringComparison.Ordinal);

        public string? FirstLine(string path) => path == "/etc/net" ? text : null;
    }
}

using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>vlan://3/untag=4/tag=10:11-12{…}</c>: a network seen through VLAN tags.</summary>
public static class VlanScheme
{
    const string ListText = "ids, or pairs a-b, with '.' or ':' between them";

    public static readonly UvdelScheme Scheme = new("vlan", UvdelForm.Slash)
    {
        Summary = "One VLAN of a network, or several, with tags put on, taken off and changed.",
        Example = "vlan://3/untag=4/tag=10:11-12{vde:///var/run/vde.ctl}",
        ArgumentText = "the VLAN of frames without a tag, 0..4095; 4095 lets none out",
        ArgumentDefault = "0",
        CheckArgument = argument => CheckId(argument, 0, VlanOptions.NoVlan),
        ReadArgument = argument => $"{VlanOptions.Id(argument)}",
        TakesNested = true,
        Parameters =
        [
            new("u") { Description = "as untag", SameAs = "untag", ValueText = "a VLAN 1..4094", Check = value => CheckId(value, 1, VlanOptions.NoVlan - 1), Read = ReadId },
            new("untag") { Description = "the tag here of frames that have none in the network, and the reverse", ValueText = "a VLAN 1..4094", Default = "none", Check = value => CheckId(value, 1, VlanOptions.NoVlan - 1), Read = ReadId },
            new("t") { Description = "as tag", SameAs = "tag", ValueText = ListText, Check = CheckList, Read = ReadList },
            new("tag") { Description = "VLANs that pass with their tag; a-b: a here is b in the network", ValueText = ListText, Default = "none", Check = CheckList, Read = ReadList },
            new("x") { Description = "as trunk", SameAs = "trunk" },
            new("trunk") { Description = "all VLANs but 0, 1 and 4095 pass with their tag" },
            new("q") { Description = "as qinq", SameAs = "qinq" },
            new("qinq") { Description = "tags are 0x88A8 rather than 0x8100" },
            new("ad") { Description = "as qinq", SameAs = "qinq" },
        ],
        Overhead = uvdel => VlanOptions.From(uvdel) is { Untagged: > 0 and < VlanOptions.NoVlan } ? 4 : 0,
    };

    static string? CheckId(string text, int least, int most) =>
        UvdelValues.IsWhole(text, out uint id) && id >= least && id <= most ? null : $"'{text}' is no VLAN {least}..{most}";

    static string? CheckList(string list)
    {
        foreach (string entry in list.Split('.', ':'))
        {
            foreach (string id in entry.Split('-', 2))
            {
                if (!UvdelValues.IsWhole(id, out uint number) || !VlanOptions.MayBeTagged((int)number))
                {
                    return $"'{id}' is no VLAN that passes with a tag (2..4094); '10:11-12' would do";
                }
            }
        }
        return null;
    }

    static string? ReadId(string text) => VlanOptions.Id(text) is > 0 and int id ? $"{id}" : null;

    static string? ReadList(string list) =>
        VlanOptions.ReadList(list) is { IsEmpty: false } pairs ? string.Join('.', pairs.Select(pair => pair.Here == pair.There ? $"{pair.Here}" : $"{pair.Here}-{pair.There}")) : null;
}

/// <param name="Untagged">U: the network's VLAN that has no tag here; 0: none, 4095: nothing without a tag goes out.</param>
/// <param name="Tagged">T: the tag here of what has none in the network; 0: none.</param>
/// <param name="Listed">VLANs here and in the network.</param>
/// <param name="Trunk">Whether what is not listed passes as it is.</param>
public sealed record VlanOptions(int Untagged, int Tagged, ImmutableArray<(int Here, int There)> Listed, bool Trunk, bool Service)
{
    public const int NoVlan = 0xfff;

    /// <summary>Frames of VLANs 0, 1 and 4095 never have a tag on both sides.</summary>
    public static bool MayBeTagged(int id) => id is > 1 and < NoVlan;

    public static VlanOptions From(Uvdel uvdel)
    {
        string? untag = Last(uvdel, "u", "untag");
        return new VlanOptions(
            Id(uvdel.Argument),
            untag is null ? 0 : Id(untag),
            ReadList(Last(uvdel, "t", "tag") ?? ""),
            uvdel.Has("x") || uvdel.Has("trunk"),
            uvdel.Has("q") || uvdel.Has("qinq") || uvdel.Has("ad"));
    }

    internal static ImmutableArray<(int Here, int There)> ReadList(string list) =>
        [.. list.Split('.', ':').Select(Pair).Where(pair => MayBeTagged(pair.Here) && MayBeTagged(pair.There))];

    static (int Here, int There) Pair(string entry)
    {
        int dash = entry.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (Id(entry), Id(entry)) : (Id(entry[..dash]), Id(entry[(dash + 1)..]));
    }

    internal static int Id(string text) => (int)(UvdelValues.Prefix(text, UvdelValues.AnyRadix) & NoVlan);

    static string? Last(Uvdel uvdel, string name, string other) => uvdel.Parameters.LastOrDefault(parameter => parameter.Name == name || parameter.Name == other)?.Value;
}

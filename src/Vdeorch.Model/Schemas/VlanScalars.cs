using System.Globalization;
using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Schemas;

/// <summary>What a file calls VLANs. That a name is one of the switch's is a rule's business.</summary>
internal static class VlanScalars
{
    const int First = 1;
    const int Last = 4094;
    const string None = "none";
    const string NoName = "no VLAN is called that: it stands for no VLAN at all";

    /// <summary>The id of a VLAN, as a key.</summary>
    public static readonly ScalarSchema<string> IdKey = new("a VLAN id", ReadKey, value => value,
        () => Scalars.Pattern("[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4]"));

    /// <summary>The same, or 0: a tree there is of those frames, too.</summary>
    public static readonly ScalarSchema<string> TreeKey = new("a VLAN id, or 0", ReadTreeKey, value => value,
        () => Scalars.Pattern("0|[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-4]"));

    public static readonly ScalarSchema<string> Name = new("a VLAN's name", ReadName, value => value, () => Scalars.Pattern($"^(?!{None}$){Scalars.NamePattern}$"));

    /// <summary>One VLAN, or none of them.</summary>
    public static readonly ScalarSchema<VlanText> One = new("a VLAN's id (1..4094) or name, or none", ReadOne, value => value.ToString(),
        () => Numbers($"^{Scalars.NamePattern}$", VlanMembership.None));

    /// <summary>One VLAN, or a range of ids.</summary>
    public static readonly ScalarSchema<VlanText> Some = new("a VLAN's id (1..4094), a range of them (30-39) or a name", ReadSome, value => value.ToString(),
        () => Numbers($"^({Scalars.NamePattern}|[1-9][0-9]{{0,3}}-[1-9][0-9]{{0,3}})$", Last));

    static Problem? ReadKey(ScalarText text, out string value)
    {
        value = text.Text;
        return TryReadId(text.Text, out int id) && id is >= First and <= Last ? null : Outside(text.Text);
    }

    static Problem? ReadTreeKey(ScalarText text, out string value)
    {
        value = text.Text;
        return text.Text == "0" ? null : ReadKey(text, out _);
    }

    static Problem? ReadName(ScalarText text, out string value) =>
        Scalars.ReadName(text, out value) ?? (value == None ? new Problem(DiagnosticCatalog.BadName, $"{Quoted.Text(None)}: {NoName}") : null);

    static Problem? ReadOne(ScalarText text, out VlanText value)
    {
        if (text.Type == CoreType.Integer)
        {
            bool isId = TryReadId(text.Text, out int id) && id is >= First and <= VlanMembership.None;
            value = new VlanText(null, id, id);
            return isId ? null : Outside(text.Text);
        }

        value = text.Text == None ? new VlanText(null, VlanMembership.None, VlanMembership.None) : new VlanText(text.Text, 0, 0);
        return Scalars.ReadName(text, out _);
    }

    static Problem? ReadSome(ScalarText text, out VlanText value)
    {
        string[] ends = text.Text.Split('-');
        if (ends.Length <= 2 && Array.TrueForAll(ends, end => TryReadId(end, out _)))
        {
            _ = TryReadId(ends[0], out int first);
            _ = TryReadId(ends[^1], out int last);
            value = new VlanText(null, first, last);
            return first < First || last > Last ? Outside(text.Text)
                : last < first ? new Problem(DiagnosticCatalog.OutOfRange, $"{Scalars.Shorten(text.Text)} is a range from the higher to the lower end", $"write {ends[1]}-{ends[0]}")
                : null;
        }

        value = new VlanText(text.Text, 0, 0);
        return text.Type == CoreType.Integer ? Outside(text.Text) : ReadName(text, out _);
    }

    static Problem Outside(string text) => new(DiagnosticCatalog.OutOfRange, $"{Scalars.Shorten(text)} is no VLAN id: they are {First}..{Last}");

    static bool TryReadId(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && (text[0] != '0' || text == "0");

    static JsonObject Numbers(string pattern, int last) =>
        new() { ["type"] = new JsonArray("integer", "string"), ["minimum"] = First, ["maximum"] = last, ["pattern"] = pattern };
}

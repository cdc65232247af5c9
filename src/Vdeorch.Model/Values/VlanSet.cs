using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Vdeorch.Model.Values;

/// <summary>A set of VLAN ids, 0 to 4095, printed <c>10, 20, 30-39</c>. Equal sets are equal values and print alike.</summary>
[JsonConverter(typeof(VlanSetConverter))]
public sealed class VlanSet : IEquatable<VlanSet>
{
    /// <summary>Ids there are: twelve bits of a tag.</summary>
    public const int Ids = 4096;

    public static readonly VlanSet Empty = new(new ulong[Ids / 64]);

    readonly ulong[] _words;

    VlanSet(ulong[] words) => _words = words;

    public bool IsEmpty => Array.TrueForAll(_words, word => word == 0);

    public IEnumerable<int> Members => Enumerable.Range(0, Ids).Where(Contains);

    /// <param name="ids">Each 0 to 4095.</param>
    public static VlanSet Of(IEnumerable<int> ids)
    {
        ulong[] words = new ulong[Ids / 64];
        foreach (int id in ids)
        {
            words[id >> 6] |= 1UL << id;
        }

        return new VlanSet(words);
    }

    /// <param name="id">0 to 4095.</param>
    public bool Contains(int id) => (_words[id >> 6] >> id & 1) != 0;

    /// <summary>All that a frame can be of.</summary>
    public static readonly VlanSet All = Of(Enumerable.Range(0, Ids - 1));

    public VlanSet Union(VlanSet others) => Combined(others, (mine, its) => mine | its);

    public VlanSet With(int id) => Combined(Of([id]), (mine, its) => mine | its);

    public VlanSet Without(int id) => Except(Of([id]));

    public VlanSet Except(VlanSet others) => Combined(others, (mine, its) => mine & ~its);

    /// <summary>What <see cref="ToString"/> prints; ranges may overlap.</summary>
    public static bool TryParse(string text, out VlanSet set)
    {
        set = Empty;
        if (text.Length == 0)
        {
            return true;
        }

        List<int> ids = [];
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Trim().Split('-');
            if (ends.Length > 2 || !TryParseId(ends[0], out int first) || !TryParseId(ends[^1], out int last) || last < first)
            {
                return false;
            }

            ids.AddRange(Enumerable.Range(first, last - first + 1));
        }

        set = Of(ids);
        return true;
    }

    /// <summary>The ids in as few pieces as they make: <c>10</c>, <c>30-39</c>.</summary>
    public ImmutableArray<string> Ranges()
    {
        ImmutableArray<string>.Builder ranges = ImmutableArray.CreateBuilder<string>();
        for (int first = 0; first < Ids; first++)
        {
            if (!Contains(first))
            {
                continue;
            }

            int last = first;
            while (last + 1 < Ids && Contains(last + 1))
            {
                last++;
            }

            ranges.Add(last == first ? first.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{first}-{last}"));
            first = last;
        }

        return ranges.DrainToImmutable();
    }

    public override string ToString() => string.Join(", ", Ranges());

    public bool Equals(VlanSet? other) => other is not null && _words.AsSpan().SequenceEqual(other._words);

    public override bool Equals(object? obj) => Equals(obj as VlanSet);

    public override int GetHashCode() => _words.Aggregate(0, HashCode.Combine);

    VlanSet Combined(VlanSet other, Func<ulong, ulong, ulong> combine) => new([.. _words.Zip(other._words, combine)]);

    static bool TryParseId(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id < Ids;
}

/// <summary>Which VLANs an interface, a plug or a cable is in, at its switch.</summary>
/// <param name="Untagged">The VLAN of frames without a tag; <see cref="None"/> drops them.</param>
/// <param name="Tagged">The VLANs whose frames carry a tag. What is in both is untagged.</param>
public sealed record VlanMembership(int Untagged, VlanSet Tagged)
{
    /// <summary>As <see cref="Untagged"/>: frames without a tag are dropped, and none is sent.</summary>
    public const int None = 4095;

    /// <summary>Of a port that nobody gave any.</summary>
    public static readonly VlanMembership Default = new(0, VlanSet.Empty);

    public bool IsPossible => Untagged is >= 0 and <= None && !Tagged.Contains(None);

    /// <summary>As files have it.</summary>
    public static string PrintUntagged(int id) => id == None ? "none" : id.ToString(CultureInfo.InvariantCulture);
}

/// <summary>As text: a message stays short, and can be read by people.</summary>
public sealed class VlanSetConverter : JsonConverter<VlanSet>
{
    public override VlanSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && VlanSet.TryParse(reader.GetString()!, out VlanSet set)
            ? set
            : throw new JsonException("not a set of VLANs, such as \"10, 20-29\"");

    public override void Write(Utf8JsonWriter writer, VlanSet value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}

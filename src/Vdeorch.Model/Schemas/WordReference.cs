using System.Collections.Immutable;
using Vdeorch.Model.Reading.Sections;

namespace Vdeorch.Model.Schemas;

/// <summary>A key of the language, wherever it stands, for people.</summary>
/// <param name="Below">The objects that it takes, where they have keys of their own.</param>
public sealed record WordReference(string Word, ImmutableArray<WordPlace> Places, ImmutableArray<KindReference> Below)
{
    /// <summary>Every key there is, once each.</summary>
    public static ImmutableArray<string> All { get; } =
        [.. SectionList.Objects.SelectMany(schema => schema.Fields).Select(field => field.Key).Distinct().Order(StringComparer.Ordinal)];

    /// <returns>Null when it is no key anywhere.</returns>
    public static WordReference? Find(string word)
    {
        ImmutableArray<WordPlace> places =
            [.. SectionList.Objects.SelectMany(schema => schema.Fields.Where(field => field.Key == word).Select(field => new WordPlace(PathOf(schema, word), KeyReference.Of(field))))];
        return places.IsEmpty ? null : new WordReference(word, places, [.. SectionList.Objects.Where(schema => LiesBelow(schema, word)).Select(schema => KindReference.Of(word, schema))]);
    }

    static string PathOf(IObjectSchema schema, string word) => schema == SectionList.Topology ? word : $"{schema.Path}.{word}";

    // `switches.NAME.storm` lies below `storm`, `switches.NAME.numbered.N` and `cables[]` below what stands before the name or the brackets.
    static bool LiesBelow(IObjectSchema schema, string word)
    {
        string[] path = schema.Path.Split('.');
        string last = path[^1];
        string key = last.All(char.IsAsciiLetterUpper) && path.Length > 1 ? path[^2] : last.EndsWith("[]", StringComparison.Ordinal) ? last[..^2] : last;
        return key == word;
    }
}

/// <param name="Path">Where it stands in a file: <c>switches.NAME.ports</c>.</param>
public sealed record WordPlace(string Path, KeyReference Key);

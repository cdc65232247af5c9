namespace Vdeorch.Model.Reading;

/// <summary>The texts that a topology is read from, in the order they came.</summary>
internal sealed class SourceSet
{
    readonly List<SourceText> _sources = [];

    /// <summary>The number of the text to come.</summary>
    public int Next => _sources.Count;

    public SourceText First => _sources[0];

    public SourceText this[TextRange range] => _sources[range.Source];

    /// <returns>The same.</returns>
    public SourceText Add(SourceText source)
    {
        _sources.Add(source);
        return source;
    }
}

using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Serialization;

namespace Vdeorch.Model.Reading;

/// <summary>All that a topology is read from. A value: sent, noted and read again it gives the same topology.</summary>
public sealed record TopologyInput
{
    /// <summary>In the order given: each is laid over those before it. At least one.</summary>
    public required ImmutableArray<InputFile> Files { get; init; }

    /// <summary>What `include` names, and the files that are copied, as far as they have been read; looked up by <see cref="InputFile.Path"/>.</summary>
    public ImmutableArray<InputFile> Fragments { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Files of values for `vars`: each a map of names to values. Later ones go before earlier ones.</summary>
    public ImmutableArray<InputFile> VariableFiles { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>Values one by one. Those of the environment give way to <see cref="VariableFiles"/>, the others go before them; the last of a name counts.</summary>
    public ImmutableArray<GivenVariable> Variables { get; init => field = value.IsDefault ? [] : value; } = [];

    public static TopologyInput Of(string name, string path, ReadOnlyMemory<byte> utf8) => new() { Files = [new InputFile(name, path, utf8)] };

    /// <summary>What it is called in messages, and where a topology without a name has its own from.</summary>
    [JsonIgnore]
    public InputFile First => Files[0];

    /// <summary>Whether it says the same, from the same places.</summary>
    public bool IsSameAs(TopologyInput other) =>
        Files.SequenceEqual(other.Files) && Fragments.SequenceEqual(other.Fragments) && VariableFiles.SequenceEqual(other.VariableFiles) && Variables.SequenceEqual(other.Variables);
}

/// <param name="Name">As the user gave it: leads diagnostics.</param>
/// <param name="Path">Absolute; relative names of files in it start from its directory.</param>
/// <param name="Utf8">As it was read, good or not.</param>
public sealed record InputFile(string Name, string Path, [property: JsonIgnore] ReadOnlyMemory<byte> Utf8)
{
    [JsonConstructor]
    public InputFile(string name, string path, string text)
        : this(name, path, Encoding.UTF8.GetBytes(text))
    {
    }

    /// <remarks>The texts count, not where they lie in memory.</remarks>
    public bool Equals(InputFile? other) => other is not null && (Name, Path) == (other.Name, other.Path) && Utf8.Span.SequenceEqual(other.Utf8.Span);

    public override int GetHashCode() => HashCode.Combine(Path, Utf8.Length);

    /// <summary>The same as text; what is not UTF-8 is replaced, but then there is a diagnostic.</summary>
    public string Text => Encoding.UTF8.GetString(Utf8.Span);
}

/// <param name="Origin">For messages: <c>--set webs=3</c>, <c>VDEORCH_VAR_webs</c>, the name of a file.</param>
/// <param name="IsOptional">From the environment: what no topology knows is no mistake there.</param>
public sealed record GivenVariable(string Name, string Value, string Origin, bool IsOptional = false);

/// <summary>The door to the disk for `include`, and for files that are copied. Implemented above, because the model touches no file.</summary>
public interface IFragments
{
    /// <param name="path">Absolute.</param>
    /// <param name="why">Why there is nothing, in words.</param>
    bool TryRead(string path, out ReadOnlyMemory<byte> utf8, out string why);
}

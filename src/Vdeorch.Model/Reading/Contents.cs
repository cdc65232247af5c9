using System.Collections.Immutable;

namespace Vdeorch.Model.Reading;

/// <summary>What the files hold that a topology names, each read once; it travels with the input, so that nobody has to find them again.</summary>
/// <param name="files">The door they come through: that of fragments.</param>
internal sealed class Contents(IFragments files)
{
    readonly Dictionary<string, InputFile> _read = new(StringComparer.Ordinal);

    public ImmutableArray<InputFile> Read => [.. _read.Values];

    /// <param name="path">Absolute.</param>
    /// <param name="name">As the topology has it.</param>
    /// <returns>Null when it cannot be read; <paramref name="why"/> says why, in words.</returns>
    public InputFile? Find(string path, string name, out string why)
    {
        why = "";
        if (_read.TryGetValue(path, out InputFile? known))
        {
            return known;
        }

        if (!files.TryRead(path, out ReadOnlyMemory<byte> bytes, out why))
        {
            return null;
        }

        return _read[path] = new InputFile(name, path, bytes);
    }
}

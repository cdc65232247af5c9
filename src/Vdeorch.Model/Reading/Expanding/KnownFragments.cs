using System.Collections.Immutable;

namespace Vdeorch.Model.Reading.Expanding;

/// <summary>The files that an input holds already, before those on the disk.</summary>
/// <param name="others">Null: there are no others.</param>
internal sealed class KnownFragments(ImmutableArray<InputFile> known, IFragments? others) : IFragments
{
    public bool TryRead(string path, out ReadOnlyMemory<byte> utf8, out string why)
    {
        if (known.FirstOrDefault(file => file.Path == path) is { } file)
        {
            (utf8, why) = (file.Utf8, "");
            return true;
        }

        (utf8, why) = (default, "no such file");
        return others?.TryRead(path, out utf8, out why) == true;
    }
}

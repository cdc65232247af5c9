using Vdeorch.Model.Reading;

namespace Vdeorch.Engine.Operations;

/// <summary>
/// Reads what no verb has read: a second reading of a large file is a good part of what it takes to apply one changed field of it. Whatever has something to be said of it, or asks for
/// other files, is the verb's to read, where the user is: the engine may see other files under the same names.
/// </summary>
internal sealed class UnreadInput : IFragments, IKeyFiles
{
    bool _asked;

    /// <returns>Null when a verb has to read it.</returns>
    public static ReadResult? Read(TopologyInput input)
    {
        UnreadInput doors = new();
        ReadResult read = TopologyReader.Read(input, doors, doors);
        return read is { Topology: not null, Diagnostics.IsEmpty: true } && !doors._asked ? read : null;
    }

    bool IFragments.TryRead(string path, out ReadOnlyMemory<byte> utf8, out string why)
    {
        _asked = true;
        (utf8, why) = (default, "not read here");
        return false;
    }

    KeyFile? IKeyFiles.Look(string argument)
    {
        _asked = true;
        return null;
    }
}

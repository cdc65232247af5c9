using Vdeorch.Model.Reading;
using Vdeorch.Model.Reading.Rereading;

namespace Vdeorch.Engine.Operations;

/// <summary>
/// Reads what no verb has read, and of what was read before what has changed in it: else to read a large file would be a good part of what it takes to apply one changed field of it.
/// Whatever has something to be said of it, or asks for other files, is the verb's to read, where the user is: the engine may see other files under the same names.
/// </summary>
internal sealed class UnreadInput
{
    // Nodes are shared by readings, and expressions in them are parsed when they are first needed: so one reading at a time.
    readonly Lock _gate = new();

    /// <summary>By the path of the first file; of topologies that were begun to be applied and are not forgotten.</summary>
    readonly Dictionary<string, ReadMemory> _memories = new(StringComparer.Ordinal);

    /// <returns>Null when a verb has to read it.</returns>
    public ReadResult? Read(TopologyInput input)
    {
        Doors doors = new();
        lock (_gate)
        {
            ReadResult read = TopologyReader.Read(input, doors, doors, _memories.GetValueOrDefault(input.First.Path, ReadMemory.Nothing));
            return read is { Topology: not null, Diagnostics.IsEmpty: true } && !doors.IsAsked ? read : null;
        }
    }

    /// <param name="read">By <see cref="Read"/>: one of which a door was asked says less than there is to say.</param>
    public void Remember(ReadResult read)
    {
        lock (_gate)
        {
            if (read.Memory is { } memory)
            {
                _memories[read.Input.First.Path] = memory;
            }
        }
    }

    public void Forget(string topology)
    {
        lock (_gate)
        {
            foreach (string path in _memories.Where(pair => pair.Value.Topology?.Name == topology).Select(pair => pair.Key).ToArray())
            {
                _memories.Remove(path);
            }
        }
    }

    sealed class Doors : IFragments, IKeyFiles
    {
        public bool IsAsked { get; private set; }

        bool IFragments.TryRead(string path, out ReadOnlyMemory<byte> utf8, out string why)
        {
            IsAsked = true;
            (utf8, why) = (default, "not read here");
            return false;
        }

        KeyFile? IKeyFiles.Look(string argument)
        {
            IsAsked = true;
            return null;
        }
    }
}

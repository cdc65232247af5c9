using System.Text.Json;
using System.Text.Json.Serialization;
using Vdeorch.Engine.Hosting;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Notes;

/// <summary>What was asked for last time. Nothing is decided by it that the live world can answer.</summary>
/// <param name="Input">The files as they were then, and the values of their variables.</param>
public sealed record Applied(TopologyInput Input, DateTimeOffset At)
{
    /// <summary>Absolute path of the first file.</summary>
    public string File => Input.First.Path;

    /// <summary>Null when this version of vdeorch no longer reads that text.</summary>
    public Topology? Topology => _topology ??= TopologyReader.Read(Input).Topology;

    Topology? _topology;

    /// <returns>Null when there is no note, or a damaged one: then nothing is known, which is allowed.</returns>
    public static Applied? Read(RunDirectory run, string topology)
    {
        try
        {
            AppliedNote? note = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(Note(run, topology)), NotesJson.Default.AppliedNote);
            return note is null || note.Input.Files.IsDefaultOrEmpty ? null : new Applied(note.Input, note.At);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Write(RunDirectory run, string topology) =>
        Replace(Note(run, topology), JsonSerializer.SerializeToUtf8Bytes(new AppliedNote(Input, At), NotesJson.Default.AppliedNote));

    static string Note(RunDirectory run, string topology) => $"{run.TopologyDirectory(topology)}/notes.json";

    // A reader sees the old or the new bytes, never half.
    internal static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        System.IO.File.WriteAllBytes($"{path}.new", bytes);
        System.IO.File.Move($"{path}.new", path, overwrite: true);
    }
}

internal sealed record AppliedNote(TopologyInput Input, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AppliedNote))]
[JsonSerializable(typeof(ServiceExit))]
[JsonSerializable(typeof(ServiceStart))]
internal sealed partial class NotesJson : JsonSerializerContext;

using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vdeorch.Engine.Hosting;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Notes;

/// <summary>What was asked for last time. Nothing is decided by it that the live world can answer.</summary>
/// <param name="File">Absolute path the text came from.</param>
/// <param name="Text">The file as it was then.</param>
public sealed record Applied(string File, string Text, DateTimeOffset At)
{
    /// <summary>Null when this version of vdeorch no longer reads that text.</summary>
    public Topology? Topology => _topology ??= TopologyReader.Read(Encoding.UTF8.GetBytes(Text), File).Topology;

    Topology? _topology;

    /// <returns>Null when there is no note, or a damaged one: then nothing is known, which is allowed.</returns>
    public static Applied? Read(RunDirectory run, string topology)
    {
        try
        {
            AppliedNote? note = JsonSerializer.Deserialize(ReadNote(run, topology, "notes.json"), NotesJson.Default.AppliedNote);
            return note is null ? null : new Applied(note.File, Encoding.UTF8.GetString(ReadNote(run, topology, "applied.yaml")), note.At);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Write(RunDirectory run, string topology)
    {
        Replace($"{run.TopologyDirectory(topology)}/applied.yaml", Encoding.UTF8.GetBytes(Text));
        Replace($"{run.TopologyDirectory(topology)}/notes.json", JsonSerializer.SerializeToUtf8Bytes(new AppliedNote(File, At), NotesJson.Default.AppliedNote));
    }

    static byte[] ReadNote(RunDirectory run, string topology, string name) => System.IO.File.ReadAllBytes($"{run.TopologyDirectory(topology)}/{name}");

    // A reader sees the old or the new bytes, never half.
    internal static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        System.IO.File.WriteAllBytes($"{path}.new", bytes);
        System.IO.File.Move($"{path}.new", path, overwrite: true);
    }
}

internal sealed record AppliedNote(string File, DateTimeOffset At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(AppliedNote))]
[JsonSerializable(typeof(ServiceExit))]
[JsonSerializable(typeof(ServiceStart))]
internal sealed partial class NotesJson : JsonSerializerContext;

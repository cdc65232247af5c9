using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Notes;

/// <summary>What was asked for last time. Nothing is decided by it that the live world can answer.</summary>
/// <param name="Input">The files as they were then, and the values of their variables.</param>
public sealed record Applied(TopologyInput Input, DateTimeOffset At)
{
    /// <summary>The objects that were taken from <see cref="Input"/>; null: all of them.</summary>
    public ImmutableArray<ResourceId>? Taken { get; init; }

    /// <summary>Where the other objects are from; null: there are no others.</summary>
    public Applied? Rest { get; init; }

    /// <summary>What the file does not have any more and no apply has taken away.</summary>
    public ImmutableArray<ResourceId> Left =>
        Rest?.Topology is not { } rest || TopologyReader.Read(Input).Topology is not { } own ? []
            : [.. rest.Resources.Select(spec => spec.Id).Where(id => id.Kind != Kinds.Runtime).Except(own.Resources.Select(spec => spec.Id))];

    /// <summary>Absolute path of the first file.</summary>
    public string File => Input.First.Path;

    /// <summary>Null when this version of vdeorch no longer reads that text.</summary>
    public Topology? Topology => _topology ??= Read();

    Topology? _topology;

    /// <summary>By the note's path: what was read of it, and which file that was. A topology is read far more often than it changes.</summary>
    static readonly ConcurrentDictionary<string, (Stamp File, Applied? Said)> s_read = new(StringComparer.Ordinal);

    /// <summary>Each note is a file of its own.</summary>
    readonly record struct Stamp(NamespaceIdentity? Identity, DateTime Written, long Bytes)
    {
        public static Stamp Of(string path) => new FileInfo(path) is { Exists: true } file ? new(NetNamespace.IdentityOf(path), file.LastWriteTimeUtc, file.Length) : default;
    }

    /// <param name="topology">What <paramref name="input"/> says.</param>
    public static Applied Of(TopologyInput input, DateTimeOffset at, Topology topology) => new(input, at) { _topology = topology };

    /// <returns>Null when there is no note, or a damaged one: then nothing is known, which is allowed.</returns>
    public static Applied? Read(RunDirectory run, string topology)
    {
        string path = Note(run, topology);
        Stamp there = Stamp.Of(path);
        if (s_read.TryGetValue(path, out (Stamp File, Applied? Said) known) && known.File == there)
        {
            return known.Said;
        }

        Applied? said = Read(path);
        s_read[path] = (there, said);
        return said;
    }

    static Applied? Read(string path)
    {
        try
        {
            AppliedNote? note = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(path), NotesJson.Default.AppliedNote);
            return note is null || note.IsDamaged ? null : note.ToApplied();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>The same after a part of another input was applied on top.</summary>
    /// <param name="taken">The part, with objects that it took away.</param>
    public static Applied Part(TopologyInput input, DateTimeOffset at, Topology wished, IReadOnlySet<ResourceId> taken, Applied? before)
    {
        HashSet<ResourceId> others = [.. wished.Resources.Select(spec => spec.Id).Where(id => !taken.Contains(id))];
        return new Applied(input, at) { Taken = [.. wished.Resources.Select(spec => spec.Id).Where(taken.Contains)], Rest = before?.Without(others) };
    }

    public void Write(RunDirectory run, string topology)
    {
        string path = Note(run, topology);
        Replace(path, JsonSerializer.SerializeToUtf8Bytes(AppliedNote.Of(this), NotesJson.Default.AppliedNote));
        s_read[path] = (Stamp.Of(path), this);
    }

    // Keeps of each input what is still from it, and no input of which nothing is left.
    Applied? Without(HashSet<ResourceId> wanted)
    {
        ImmutableArray<ResourceId> mine = [.. (Taken?.AsEnumerable() ?? TopologyReader.Read(Input).Topology?.Resources.Select(spec => spec.Id) ?? []).Where(wanted.Contains)];
        Applied? rest = Rest?.Without([.. wanted.Except(mine)]);
        return mine.IsEmpty ? rest : this with { Taken = mine, Rest = rest, _topology = null };
    }

    Topology? Read()
    {
        if (TopologyReader.Read(Input).Topology is not { } own || (Rest is not null && Rest.Topology is null))
        {
            return null;
        }

        Topology mine = Taken is { } taken ? own.Where(taken.ToHashSet().Contains) : own;
        return Rest is null ? mine : mine.Over(Rest.Topology!);
    }

    static string Note(RunDirectory run, string topology) => $"{run.TopologyDirectory(topology)}/notes.json";

    // A reader sees the old or the new bytes, never half.
    internal static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        try
        {
            System.IO.File.WriteAllBytes($"{path}.new", bytes);
            System.IO.File.Move($"{path}.new", path, overwrite: true);
        }
        catch
        {
            // Half of it would take the room that a full disk lacks.
            System.IO.File.Delete($"{path}.new");
            throw;
        }
    }
}

internal sealed record AppliedNote(TopologyInput Input, DateTimeOffset At, ImmutableArray<ResourceId>? Taken = null, AppliedNote? Rest = null)
{
    [JsonIgnore]
    public bool IsDamaged => Input is null || Input.Files.IsDefaultOrEmpty || Rest is { IsDamaged: true };

    public static AppliedNote Of(Applied applied) => new(applied.Input, applied.At, applied.Taken, applied.Rest is { } rest ? Of(rest) : null);

    public Applied ToApplied() => new(Input, At) { Taken = Taken, Rest = Rest?.ToApplied() };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AppliedNote))]
[JsonSerializable(typeof(HealthNote))]
[JsonSerializable(typeof(HookNote))]
[JsonSerializable(typeof(MachineEnd))]
[JsonSerializable(typeof(Pending))]
[JsonSerializable(typeof(ServiceExit))]
[JsonSerializable(typeof(ServiceStart))]
[JsonSerializable(typeof(VnfNote))]
internal sealed partial class NotesJson : JsonSerializerContext;

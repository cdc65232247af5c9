using System.Text.Json;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Engine.Notes;

/// <summary>An apply that is taken back unless somebody confirms it. On disk, so that no engine that dies forgets it.</summary>
/// <param name="Until">When it is taken back.</param>
/// <param name="Before">What was applied before, and is then again; null: nothing.</param>
internal sealed record Pending(DateTimeOffset Until, AppliedNote? Before)
{
    /// <returns>Null when nothing waits, or the note is damaged: then everything stays as it is.</returns>
    public static Pending? Read(RunDirectory run, string topology)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(PathOf(run, topology)), NotesJson.Default.Pending) is { Before: null or { IsDamaged: false } } pending ? pending : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    public void Write(RunDirectory run, string topology) =>
        Applied.Replace(PathOf(run, topology), JsonSerializer.SerializeToUtf8Bytes(this, NotesJson.Default.Pending));

    public static void Forget(RunDirectory run, string topology)
    {
        if (Directory.Exists(run.TopologyDirectory(topology)))
        {
            File.Delete(PathOf(run, topology));
        }
    }

    static string PathOf(RunDirectory run, string topology) => $"{run.TopologyDirectory(topology)}/pending.json";
}

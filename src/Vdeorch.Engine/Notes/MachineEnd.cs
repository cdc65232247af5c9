using System.Text.Json;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Engine.Notes;

/// <summary>How a machine's QEMU ended that is not to be started again: a guest that switched itself off stays off.</summary>
/// <param name="Code">Exit code, or 128 + signal.</param>
/// <param name="Fields">What it was made of, as its plan had it.</param>
internal sealed record MachineEnd(int Code, DateTimeOffset At, Dictionary<string, string> Fields)
{
    const string Kind = "machine-ends";

    /// <summary>The last lines QEMU wrote, when it failed.</summary>
    public string? Wrote { get; init; }

    /// <summary>Every note of a topology, by machine.</summary>
    public static IEnumerable<(string Machine, MachineEnd End)> All(RunDirectory run, string topology) => ServiceNotes.All(run, topology, Kind, NotesJson.Default.MachineEnd);

    public void Write(RunDirectory run, string topology, string machine) =>
        ServiceNotes.Write(run, topology, Kind, machine, JsonSerializer.SerializeToUtf8Bytes(this, NotesJson.Default.MachineEnd));

    public static void Forget(RunDirectory run, string topology, string machine) => ServiceNotes.Forget(run, topology, Kind, machine);
}

using System.Text.Json;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Namespaces;

namespace Vdeorch.Engine.Notes;

/// <summary>The hooks that have run in a namespace: what they did cannot be observed, and must not be done twice.</summary>
/// <param name="Device">With <paramref name="Inode"/> the namespace they ran in: in another of its name they have not.</param>
/// <param name="Down">What is to run before it goes.</param>
internal sealed record HookNote(ulong Device, ulong Inode, string[][] Up, string[][] Down, DateTimeOffset At)
{
    const string Kind = "hooks";

    /// <summary>Every note of a topology, by namespace.</summary>
    public static IEnumerable<(string Namespace, HookNote Note)> All(RunDirectory run, string topology) => ServiceNotes.All(run, topology, Kind, NotesJson.Default.HookNote);

    public bool IsOf(NamespaceIdentity ns) => (ns.Device, ns.Inode) == (Device, Inode);

    public void Write(RunDirectory run, string topology, string ns) =>
        ServiceNotes.Write(run, topology, Kind, ns, JsonSerializer.SerializeToUtf8Bytes(this, NotesJson.Default.HookNote));

    public static void Forget(RunDirectory run, string topology, string ns) => ServiceNotes.Forget(run, topology, Kind, ns);
}

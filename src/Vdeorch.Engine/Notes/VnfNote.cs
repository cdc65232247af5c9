using System.Text.Json;
using Vdeorch.Engine.Hosting;
using Vdeorch.Linux.Namespaces;

namespace Vdeorch.Engine.Notes;

/// <summary>What was made of a network function: the kernel keeps the rules, in other words than they were given in, and not what they were made of.</summary>
/// <param name="Device">With <paramref name="Inode"/> the namespace it was made in: another one of its name has none of it.</param>
/// <param name="Parameters">As the file had them.</param>
/// <param name="Ruleset">As it was loaded; null: none was.</param>
/// <param name="Listing">As the kernel gave it back then.</param>
/// <param name="Sysctls">The names of those it set.</param>
internal sealed record VnfNote(ulong Device, ulong Inode, Dictionary<string, string> Parameters, string? Ruleset, string? Listing, string[] Sysctls)
{
    const string Kind = "vnfs";

    /// <summary>Interface to its classes; null: it has none.</summary>
    public Dictionary<string, QueueNote>? Queues { get; init; }

    /// <summary>What the bridge it made is called; null: it made none.</summary>
    public string? Bridge { get; init; }

    /// <summary>Null: it made none.</summary>
    public TunnelNote? Tunnel { get; init; }

    /// <summary>Every note of a topology, by <c>namespace/kind</c>.</summary>
    public static IEnumerable<(string Vnf, VnfNote Note)> All(RunDirectory run, string topology) => ServiceNotes.All(run, topology, Kind, NotesJson.Default.VnfNote);

    /// <returns>Null when nothing is known of it.</returns>
    public static VnfNote? Find(RunDirectory run, string topology, string vnf) => ServiceNotes.Find(run, topology, Kind, vnf, NotesJson.Default.VnfNote);

    public bool IsOf(NamespaceIdentity ns) => (ns.Device, ns.Inode) == (Device, Inode);

    public void Write(RunDirectory run, string topology, string vnf) =>
        ServiceNotes.Write(run, topology, Kind, vnf, JsonSerializer.SerializeToUtf8Bytes(this, NotesJson.Default.VnfNote));

    public static void Forget(RunDirectory run, string topology, string vnf) => ServiceNotes.Forget(run, topology, Kind, vnf);
}

/// <param name="Classes">As they were asked for.</param>
/// <param name="Listing">As the kernel gave them back then.</param>
internal sealed record QueueNote(string Classes, string Listing);

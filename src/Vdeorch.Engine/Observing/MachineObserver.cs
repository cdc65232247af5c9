using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Observing;

/// <summary>Virtual machines: the marked processes that run, the notes of how those ended that do not, and of those that the user starts.</summary>
internal static class MachineObserver
{
    /// <summary>Beside its fields: what really runs the guest.</summary>
    public const string RunsBy = "runs-by";

    /// <summary>The value of <see cref="RunsBy"/> without KVM.</summary>
    public const string Translated = "tcg";

    public static void Observe(RunDirectory run, string topology, Topology? applied, ImmutableArray<MarkedProcess> processes,
        ImmutableArray<Observed>.Builder objects, ImmutableDictionary<ResourceId, int>.Builder pids)
    {
        string prefix = $"{topology}/";
        Dictionary<string, MachineSpec> specs = applied?.Machines.ToDictionary(spec => spec.Name) ?? [];
        HashSet<string> running = [];
        ResourceId runtime = new(Kinds.Runtime, topology);
        foreach (MarkedProcess process in processes.Where(process => process.Machine?.StartsWith(prefix, StringComparison.Ordinal) == true))
        {
            string name = process.Machine![prefix.Length..];
            running.Add(name);
            Observed seen = Machine(name, Parse(process.Environment.GetValueOrDefault(Marks.MachineFields) ?? ""), MachineSpec.Running);
            Add(seen with { Fields = seen.Fields.SetItem(RunsBy, process.Environment.GetValueOrDefault(Marks.MachineAccel) ?? "") });
            pids[seen.Id] = process.Pid;
        }

        foreach ((string name, MachineEnd end) in MachineEnd.All(run, topology).Where(note => !running.Contains(note.Machine)))
        {
            // One that was switched off from inside is where it should be: no state, so no drift.
            Add(Machine(name, end.Fields, end.Code == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"exited ({end.Code})")) is var seen && end.Code == 0 ? seen
                : seen with { Health = Health.Failed, Reason = string.Create(CultureInfo.InvariantCulture, $"QEMU exited with {end.Code} at {end.At:u}{(string.IsNullOrEmpty(end.Wrote) ? "" : $": {end.Wrote}")}") });
        }

        foreach (string name in Externals(run, topology))
        {
            Add(new Observed(new ResourceId(Kinds.Machine, name), Health.Healthy) { Fields = ImmutableSortedDictionary<string, string>.Empty.Add("external", "true").Add("state", MachineSpec.Expected) });
        }

        void Add(Observed seen) => objects.Add(seen with
        {
            Fields = seen.Fields.SetItems((specs.GetValueOrDefault(seen.Id.Name)?.Told ?? []).Select(field => KeyValuePair.Create(field.Path, field.Value))),
            DependsOn = [runtime, .. specs.GetValueOrDefault(seen.Id.Name)?.StartsAfter ?? []],
        });
    }

    /// <summary>Names of the machines that the user is to start.</summary>
    public static IEnumerable<string> Externals(RunDirectory run, string topology) =>
        Directory.Exists(run.Externals(topology)) ? Directory.EnumerateFiles(run.Externals(topology)).Select(path => Path.GetFileName(path)) : [];

    /// <summary>What people should know of how machines run.</summary>
    public static IEnumerable<string> Complain(IEnumerable<Observed> things)
    {
        string[] translated = [.. things.Where(thing => thing.Id.Kind == Kinds.Machine && thing.Fields.GetValueOrDefault(RunsBy) == Translated && thing.Fields.GetValueOrDefault("accel") == MachineSpec.Print(Accelerator.Auto)).Select(thing => thing.Id.ToString())];
        return translated.Length == 0 ? [] : [$"{string.Join(", ", translated)}: translated by QEMU (TCG), many times slower than by KVM, since {Kvm.Complaint ?? $"{Kvm.Device} opens, but a trial guest did not get beyond its firmware"}"];
    }

    /// <summary>The reverse of <see cref="Print"/>.</summary>
    static Dictionary<string, string> Parse(string fields) =>
        fields.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>As a process carries them: no value has a line break in it.</summary>
    public static string Print(MachineSpec spec) => string.Join('\n', spec.Hardware.Select(field => $"{field.Path}={field.Value}"));

    static Observed Machine(string name, IReadOnlyDictionary<string, string> fields, string? state)
    {
        ImmutableSortedDictionary<string, string>.Builder all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        all.AddRange(fields);
        all["external"] = "false";
        if (state is not null)
        {
            all["state"] = state;
        }

        return new Observed(new ResourceId(Kinds.Machine, name), Health.Healthy) { Fields = all.ToImmutable(), Enumerated = [MachineSpec.DiskPaths, MachineSpec.CardPaths] };
    }
}

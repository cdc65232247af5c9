using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>What programs may take.</summary>
/// <example><code>
/// limits: { memory: 64M, cpus: 0.5, pids: 100 }
/// </code></example>
internal static class LimitSchema
{
    const int MinCpuThousandths = 10;
    const int MaxCpus = 1024;

    // PID_MAX_LIMIT of linux/threads.h
    const int MaxPids = 4 * 1024 * 1024;

    static readonly ScalarSchema<long> s_size = new("a size of memory (64M, 1G)", ReadSize, Sizes.Print, () => Scalars.Pattern("^[0-9]+[MGT]$"));

    static readonly ScalarSchema<int> s_share = new($"a number of processors 0.01..{MaxCpus}", ReadCpus, Limits.PrintCpus, () => new JsonObject { ["type"] = "number", ["minimum"] = MinCpuThousandths / 1000m, ["maximum"] = MaxCpus });

    static readonly FieldSchema<Located<int>> s_cpus = new("cpus", s_share)
    {
        Description = "How many processors' time, parts of one included.",
        Otherwise = "all there are",
        Example = "0.5",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<long>> s_memory = new("memory", s_size)
    {
        Description = "How much memory, what files take in the page cache included. Who takes more and can free none is killed.",
        Otherwise = "all there is",
        Example = "64M",
        Cost = OnChange.Hot,
    };

    static readonly FieldSchema<Located<int>> s_pids = new("pids", Scalars.Integer(1, MaxPids))
    {
        Description = "How many processes and threads at once.",
        Otherwise = "as many as the host lets be",
        Example = "100",
        Cost = OnChange.Hot,
    };

    static readonly ObjectSchema<Limits> s_limits = new("limits", "limits", [s_memory, s_cpus, s_pids], reader => new Limits(
        reader.TryGet(s_memory, out Located<long> memory) ? memory.Value : null,
        reader.TryGet(s_cpus, out Located<int> cpus) ? cpus.Value : null,
        reader.TryGet(s_pids, out Located<int> pids) ? pids.Value : null));

    /// <summary>Of a namespace, and of a service.</summary>
    public static readonly FieldSchema<Limits> Field = new("limits", s_limits)
    {
        Description = "What its programs may take together: `memory`, `cpus`, `pids`. By cgroup v2; `vdeorch doctor` says whether this host has it.",
        Otherwise = "all there is",
        Example = "{ memory: 64M, cpus: 0.5, pids: 100 }",
        Cost = OnChange.Hot,
    };

    public static ImmutableArray<IObjectSchema> Objects => [s_limits];

    public static Limits Read(ObjectReader reader) => reader.TryGet(Field, out Limits? limits) ? limits : Limits.None;

    static Problem? ReadSize(ScalarText text, out long value) => Sizes.TryParse(text.Text, out value) ? null
        : new Problem(DiagnosticCatalog.BadLimit, $"{Quoted.Text(text.Text)} is not a size of memory: a whole number and M, G or T", text.Type == CoreType.Integer ? $"say the unit: {Scalars.Shorten(text.Text)}M" : "such as 64M, or 1G");

    static Problem? ReadCpus(ScalarText text, out int value)
    {
        value = 0;
        if (text.Type is not (CoreType.Integer or CoreType.Float) || !decimal.TryParse(text.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) || number * 1000 != decimal.Truncate(number * 1000))
        {
            return new Problem(DiagnosticCatalog.BadLimit, $"{Quoted.Text(text.Text)} is not a number of processors: up to three places after the point", text.Text.EndsWith('%') ? "50% of one is 0.5" : "such as 0.5, or 2");
        }

        if (number * 1000 < MinCpuThousandths || number > MaxCpus)
        {
            return new Problem(DiagnosticCatalog.OutOfRange, $"{Scalars.Shorten(text.Text)} is outside 0.01..{MaxCpus}");
        }

        value = (int)(number * 1000);
        return null;
    }
}

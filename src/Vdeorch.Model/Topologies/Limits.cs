using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>What the programs of a namespace may take together, or those of one service: the words of docker compose.</summary>
/// <example><code>
/// limits: { memory: 64M, cpus: 0.5, pids: 100 }
/// </code></example>
/// <param name="MemoryBytes">Null: as much as there is; so for all.</param>
/// <param name="CpuThousandths">Of one processor: 500 is half of one, 10 at least.</param>
/// <param name="Pids">Processes and threads.</param>
public sealed record Limits(long? MemoryBytes, int? CpuThousandths, int? Pids)
{
    /// <summary>What their fields begin with.</summary>
    public const string Paths = "limits.";

    public const string MemoryPath = "limits.memory";
    public const string CpusPath = "limits.cpus";
    public const string PidsPath = "limits.pids";

    public static Limits None { get; } = new(null, null, null);

    public bool IsNone => this == None;

    public ImmutableArray<Field> Fields =>
    [
        .. CpuThousandths is { } cpus ? new[] { new Field(CpusPath, PrintCpus(cpus), OnChange.Hot) } : [],
        .. MemoryBytes is { } bytes ? new[] { new Field(MemoryPath, Sizes.Print(bytes), OnChange.Hot) } : [],
        .. Pids is { } pids ? new[] { new Field(PidsPath, pids.ToString(CultureInfo.InvariantCulture), OnChange.Hot) } : [],
    ];

    public static string PrintCpus(int thousandths) => (thousandths / 1000m).ToString("0.###", CultureInfo.InvariantCulture);
}

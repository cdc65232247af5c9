using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Limiting;

/// <summary>Limits as the files of a group have them. Pure.</summary>
/// <remarks>linux/Documentation/admin-guide/cgroup-v2.rst: cpu.max, memory.max, pids.max.</remarks>
internal static class LimitFiles
{
    public const string Cpu = "cpu";
    public const string Memory = "memory";
    public const string Pids = "pids";

    const string Unlimited = "max";

    // The kernel's own default, microseconds.
    const int Period = 100_000;

    public static ImmutableArray<LimitFile> All { get; } =
    [
        new(Cpu, "cpu.max", Limits.CpusPath),
        new(Memory, "memory.max", Limits.MemoryPath),
        new(Pids, "pids.max", Limits.PidsPath),
    ];

    /// <returns>What to write; <c>max</c> where there is no limit, so that an earlier one goes.</returns>
    public static string Text(LimitFile file, Limits limits) => file.Controller switch
    {
        Cpu => limits.CpuThousandths is { } cpus ? string.Create(CultureInfo.InvariantCulture, $"{(long)cpus * Period / 1000} {Period}") : Unlimited,
        Memory => limits.MemoryBytes?.ToString(CultureInfo.InvariantCulture) ?? Unlimited,
        _ => limits.Pids?.ToString(CultureInfo.InvariantCulture) ?? Unlimited,
    };

    /// <param name="text">What the kernel says.</param>
    /// <param name="limits">What has been read before; the file's own is set in what comes back.</param>
    /// <returns>As it was where the text is none of the kernel's.</returns>
    public static Limits Parse(LimitFile file, string text, Limits limits)
    {
        string[] words = text.Split(' ');
        if (words[0] == Unlimited || !long.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return limits;
        }

        return file.Controller switch
        {
            Cpu => words.Length == 2 && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long period) && period > 0
                ? limits with { CpuThousandths = (int)Math.Min(int.MaxValue, number * 1000 / period) } : limits,
            Memory => limits with { MemoryBytes = number },
            _ => limits with { Pids = (int)Math.Min(int.MaxValue, number) },
        };
    }
}

/// <param name="Controller">That gives groups the file.</param>
/// <param name="Path">Of the field that it holds.</param>
internal sealed record LimitFile(string Controller, string Name, string Path)
{
    /// <param name="value">As its field has it; null: no limit.</param>
    public Limits With(Limits limits, string? value) => Controller switch
    {
        LimitFiles.Cpu => limits with { CpuThousandths = value is null ? null : (int)(decimal.Parse(value, CultureInfo.InvariantCulture) * 1000) },
        LimitFiles.Memory => limits with { MemoryBytes = Sizes.TryParse(value ?? "", out long bytes) ? bytes : null },
        _ => limits with { Pids = value is null ? null : int.Parse(value, CultureInfo.InvariantCulture) },
    };
}

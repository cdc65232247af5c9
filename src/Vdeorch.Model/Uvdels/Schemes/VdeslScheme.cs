using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels.Schemes;

public static class VdeslScheme
{
    public const int DefaultSpeed = 38_400;

    /// <summary>Bits a second.</summary>
    public static readonly ImmutableArray<int> Speeds =
    [
        9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600,
        1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000, 4_000_000,
    ];

    public static readonly UvdelScheme Scheme = new("vdesl", UvdelForm.Bracket)
    {
        Summary = "The other end of a serial line.",
        Example = "vdesl:///dev/ttyUSB0[speed=115200]",
        ArgumentText = "the serial device",
        Parameters =
        [
            new("speed")
            {
                Description = "Speed of the line",
                ValueText = "bits a second, one of those the kernel has",
                Default = "38400",
                Read = value => $"{UvdelValues.Number(value, 0, 0, int.MaxValue)}",
                Check = value => UvdelValues.IsDecimal(value, out uint speed) && Speeds.Contains((int)speed) ? null : $"'{value}' is not a speed; known: {string.Join(", ", Speeds)}",
            },
        ],
    };
}

public sealed record VdeslOptions
{
    /// <summary>Bits a second; 0: what was written is no number.</summary>
    public required int Speed { get; init; }

    public static VdeslOptions From(Uvdel uvdel) =>
        new() { Speed = uvdel.Find("speed") is { } text ? UvdelValues.Number(text, 0, 0, int.MaxValue) : VdeslScheme.DefaultSpeed };
}

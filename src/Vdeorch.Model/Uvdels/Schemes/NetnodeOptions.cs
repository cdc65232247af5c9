using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary>What hub, multi, switch and bonding have in common: a directory that others plug into.</summary>
/// <param name="Path">"": in /tmp, by the user's name.</param>
/// <param name="Mode">Null: not asked for.</param>
/// <param name="DirectoryMode">Null: made from the mode.</param>
/// <param name="Group">Null: not asked for.</param>
public sealed record NetnodeOptions(string Path, int? Mode, int? DirectoryMode, string? Group, int HashSize, long HashSeed, int ExpireSeconds)
{
    const int DefaultMode = 0b110_000_000;
    const int Executable = 0b001_001_001;
    const int SetGid = 0b010_000_000_000;
    const int DefaultHashSize = 256;
    const int MaxHashSize = 1 << 20;
    const int DefaultExpireSeconds = 120;

    public static NetnodeOptions From(Uvdel uvdel) => new(
        uvdel.Argument,
        uvdel.Find("mode") is { } mode ? UvdelValues.Mode(mode) : null,
        uvdel.Find("dirmode") is { } directory ? UvdelValues.Mode(directory) : null,
        uvdel.Find("grp"),
        UvdelValues.Number(uvdel.Find("hashsize"), DefaultHashSize, 1, MaxHashSize),
        UvdelValues.Number(uvdel.Find("hashseed"), 0, 0, int.MaxValue),
        UvdelValues.Number(uvdel.Find("expiretime"), DefaultExpireSeconds, 1, OverlayParameters.MaxExpireSeconds));

    /// <summary>Of the sockets.</summary>
    public static int SocketMode(int? asked) => (asked ?? DefaultMode) & ~Executable;

    /// <summary>Whoever may read or write the sockets gets into the directory.</summary>
    public static int DirectoryModeFor(int? asked)
    {
        int mode = asked ?? DefaultMode;
        return SetGid | mode | (mode >> 2 & Executable) | (mode >> 1 & Executable);
    }

    internal static UvdelScheme Make(string name, string summary) => new(name, UvdelForm.Bracket)
    {
        Summary = summary,
        Example = $"{name}:///run/lab/{name}[mode=0660/grp=users]",
        ArgumentText = "the directory to make",
        ArgumentDefault = "/tmp/vdenode_USER",
        CheckArgument = LocalChecks.Path,
        Parameters = Parameters,
    };

    static readonly ImmutableArray<UvdelParameterSchema> Parameters =
    [
        new UvdelParameterSchema("mode") { Description = "permissions of the sockets", Default = "0600" }.WithMode(),
        new UvdelParameterSchema("dirmode") { Description = "permissions of the directory", Default = "made from mode; 2700" }.WithMode(),
        new("grp") { Description = "the group that owns directory and sockets", ValueText = "a group's name or number", Check = LocalChecks.NotEmpty },
        new UvdelParameterSchema("hashsize") { Description = "how many addresses are remembered at least (switch)", Default = "256" }.WithRange(1, MaxHashSize),
        new UvdelParameterSchema("hashseed") { Description = "makes the table's order repeatable (switch)", Default = "random" }.WithRange(0, int.MaxValue),
        new UvdelParameterSchema("expiretime") { Description = "how many seconds an address is remembered for (switch)", Default = "120" }.WithRange(1, OverlayParameters.MaxExpireSeconds),
    ];
}

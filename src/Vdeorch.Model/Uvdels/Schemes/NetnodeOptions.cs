using System.Collections.Immutable;
using System.Globalization;

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
    const int DefaultExpireSeconds = 120;

    public static NetnodeOptions From(Uvdel uvdel) => new(
        uvdel.Argument,
        uvdel.Find("mode") is { } mode ? LocalChecks.ReadMode(mode) : null,
        uvdel.Find("dirmode") is { } directory ? LocalChecks.ReadMode(directory) : null,
        uvdel.Find("grp"),
        (int)Read(uvdel, "hashsize", DefaultHashSize),
        Read(uvdel, "hashseed", 0),
        (int)Read(uvdel, "expiretime", DefaultExpireSeconds));

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
        new("mode") { Description = "permissions of the sockets", ValueText = "an octal mode", Default = "0600", Check = LocalChecks.Mode },
        new("dirmode") { Description = "permissions of the directory", ValueText = "an octal mode", Default = "made from mode; 2700", Check = LocalChecks.Mode },
        new("grp") { Description = "the group that owns directory and sockets", ValueText = "a group's name or number", Check = LocalChecks.NotEmpty },
        new("hashsize") { Description = "how many addresses are remembered at least (switch)", ValueText = "a number", Default = "256", Check = LocalChecks.Number },
        new("hashseed") { Description = "makes the table's order repeatable (switch)", ValueText = "a number", Default = "random", Check = LocalChecks.Number },
        new("expiretime") { Description = "how long an address is remembered (switch)", ValueText = "seconds", Default = "120", Check = LocalChecks.Number },
    ];

    static long Read(Uvdel uvdel, string name, int fallback) =>
        int.TryParse(uvdel.Find(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) && number >= 0 ? number : fallback;
}

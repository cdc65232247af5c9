namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>agno:///etc/vde.key{…}</c>: frames encrypted with a key that all members have.</summary>
public static class AgnoScheme
{
    public static readonly UvdelScheme Scheme = new("agno", UvdelForm.Bracket)
    {
        Summary = "A network whose frames are encrypted with a key from a file.",
        Example = "agno:///etc/vde.key[mode=aead]{vxvde://239.1.2.3}",
        ArgumentText = "the key file: a path from / or from ~ (the home of the account)",
        ArgumentDefault = "~/.vde_agno_key",
        CheckArgument = path => path[0] is '/' or '~' ? null : $"'{path}' is no path from / or ~; '/etc/vde.key' would do",
        TakesNested = true,
        Parameters =
        [
            new("ethtype")
            {
                Description = "the EtherType that encrypted frames show",
                ValueText = "copy, ipv4, ipv6, rand or a number 0x600..0xfffe",
                Default = "0xa6de",
                Check = value => AgnoOptions.TryEtherType(value, out _) && (!char.IsAsciiDigit(value[0]) || UvdelValues.IsWhole(value, out _)) ? null
                    : $"'{value}' is no EtherType; copy, ipv4, ipv6, rand or a number 0x600..0xfffe",
                Read = value => AgnoOptions.TryEtherType(value, out int etherType) ? $"0x{etherType:x}" : value,
            },
            new("mode")
            {
                Description = "aead: authenticated, not replayable, and unknown to libvdeplug",
                ValueText = "compatible or aead",
                Default = "compatible",
                Check = value => value is "compatible" or "aead" ? null : $"'{value}' is no mode; compatible or aead",
            },
        ],
        Overhead = uvdel => uvdel.Find("mode") == "aead" ? AgnoOptions.AuthenticatedBytes : AgnoOptions.CompatibleBytes,
    };
}

/// <param name="KeyFile">"": the default.</param>
/// <param name="EtherType">0: as the frame's; -1: another for each frame.</param>
/// <param name="Mode">compatible, aead, or what no plug knows.</param>
public sealed record AgnoOptions(string KeyFile, int EtherType, string Mode)
{
    public const int DefaultEtherType = 0xA6DE;
    public const int Copy = 0;
    public const int Random = -1;

    /// <summary>A block of header, and at worst 15 bytes to fill the last block.</summary>
    public const int CompatibleBytes = 16 + 15;

    public const int AuthenticatedBytes = 46;

    /// <returns>Null with an EtherType that nothing can be made of.</returns>
    public static AgnoOptions? From(Uvdel uvdel) =>
        TryEtherType(uvdel.Find("ethtype"), out int etherType) ? new AgnoOptions(uvdel.Argument, etherType, uvdel.Find("mode") ?? "compatible") : null;

    internal static bool TryEtherType(string? text, out int etherType)
    {
        etherType = text switch
        {
            null => DefaultEtherType,
            "copy" => Copy,
            "ipv4" => 0x0800,
            "ipv6" => 0x86DD,
            "rand" => Random,
            "0" => DefaultEtherType,
            _ => UvdelValues.Prefix(text, UvdelValues.AnyRadix) is var number and > 0 ? (int)Math.Min(number, ushort.MaxValue) : 1,
        };
        return etherType is Copy or Random or >= 0x600 and <= 0xfffe;
    }
}

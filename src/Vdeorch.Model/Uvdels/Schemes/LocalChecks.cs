using System.Globalization;
using System.Text;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary>What the schemes of sockets on this host have in common.</summary>
static class LocalChecks
{
    /// <summary>sun_path is 108 bytes with its zero, and the longest name that is made in a directory takes some.</summary>
    const int MaxDirectoryBytes = 90;

    const int MaxMode = 0xFFF;

    public static string? Path(string path) =>
        Encoding.UTF8.GetByteCount(path) > MaxDirectoryBytes ? $"'{path}' is too long for the name of a socket; at most {MaxDirectoryBytes} bytes" : null;

    public static string? NotEmpty(string value) => value.Length == 0 ? "needs a value" : null;

    public static string? Mode(string value) =>
        value.Length is > 0 and <= 4 && value.All(digit => digit is >= '0' and <= '7') ? null : $"'{value}' is no octal mode; for example 0660";

    public static string? Number(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) ? null : $"'{value}' is no number";

    /// <summary>As strtol in base 8: digits until something else comes.</summary>
    public static int ReadMode(string value)
    {
        int mode = 0;
        foreach (char digit in value.AsSpan().TrimStart())
        {
            if (digit is < '0' or > '7' || mode > MaxMode)
            {
                break;
            }
            mode = mode * 8 + (digit - '0');
        }
        return mode & MaxMode;
    }
}

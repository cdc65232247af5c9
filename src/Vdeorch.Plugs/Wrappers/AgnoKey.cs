using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;

namespace Vdeorch.Plugs.Wrappers;

/// <summary>Keys as <c>agno://</c> reads them from files.</summary>
public static class AgnoKey
{
    public const int Bytes = 16;

    const int MaxFileBytes = 1024 * 1024;
    const int NoEntry = 2;
    const int Invalid = 22;

    /// <summary>The file's whole contents.</summary>
    /// <param name="argument">From the locator: "" and ~ are about the home of the account, not of the environment.</param>
    /// <exception cref="LinuxException">ENOENT whatever is wrong with it, as in libvdeplug.</exception>
    /// <exception cref="PlugException">It is no path, or there is no home.</exception>
    public static byte[] ReadFile(string argument)
    {
        string path = PathOf(argument);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] bytes = new byte[MaxFileBytes];
            return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new LinuxException(NoEntry, "agno key file", path);
        }
    }

    /// <param name="argument">As for <see cref="ReadFile"/>.</param>
    /// <exception cref="PlugException">It is no path, or there is no home.</exception>
    public static string PathOf(string argument) => argument switch
    {
        "" => $"{Home()}/.vde_agno_key",
        _ when argument[0] == '~' => $"{Home()}/{argument[1..].TrimStart('/')}",
        _ when argument[0] == '/' => argument,
        _ => throw new PlugException($"agno://: the key file '{argument}' is no path from / or ~"),
    };

    /// <summary>The first 32 hexadecimal digits, whatever is between them; zeros for what is missing.</summary>
    /// <exception cref="LinuxException">EINVAL with less than two.</exception>
    public static byte[] Parse(ReadOnlySpan<byte> file, string subject)
    {
        byte[] key = new byte[Bytes];
        int digits = 0;
        foreach (byte letter in file)
        {
            int digit = letter switch
            {
                >= (byte)'0' and <= (byte)'9' => letter - '0',
                >= (byte)'a' and <= (byte)'f' => letter - 'a' + 10,
                // As libvdeplug has it: all members must read the same key.
                (byte)'A' => 1,
                >= (byte)'B' and <= (byte)'F' => letter - 'A' + 10,
                _ => -1,
            };
            if (digit < 0)
            {
                continue;
            }
            key[digits / 2] |= (byte)(digits % 2 == 0 ? digit << 4 : digit);
            if (++digits == 2 * Bytes)
            {
                break;
            }
        }
        return digits >= 2 ? key : throw new LinuxException(Invalid, "agno key file without two hexadecimal digits", subject);
    }

    static string Home()
    {
        uint uid = HostIds.Here.OwnUser;
        return Credentials.Account(uid)?.Home ?? throw new PlugException($"agno://: user {uid} has no home in the account database; name the key file by a path from /");
    }
}

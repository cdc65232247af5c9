using System.Text;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Reading;

namespace Vdeorch.Engine.Enforcing;

/// <summary>Files with keys of WireGuard's. What is in them goes to wg's standard input and nowhere else.</summary>
static class WireguardKeys
{
    const int MostBytes = 4096;

    /// <param name="path">From / or ~.</param>
    /// <exception cref="LinuxException">It cannot be read, or has no key.</exception>
    public static string Read(string path)
    {
        string place = path[0] == '~' ? $"{Environment.GetEnvironmentVariable("HOME")}/{path[1..].TrimStart('/')}" : path;
        try
        {
            using FileStream file = new(place, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            byte[] bytes = new byte[MostBytes];
            ReadOnlySpan<byte> read = bytes.AsSpan(0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
            return KeyFile.HasWireguard(read) ? Encoding.Latin1.GetString(read).Trim()
                : throw new LinuxException(Errnos.Invalid, "read", path, "there is no key of WireGuard's in it: make one with (umask 077; wg genkey > FILE)");
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw new LinuxException(Errnos.NoEntry, "read", path, $"the key file cannot be read: {failed.Message}");
        }
    }
}

using System.Text;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary>What the schemes of sockets on this host have in common.</summary>
static class LocalChecks
{
    /// <summary>sun_path is 108 bytes with its zero, and the longest name that is made in a directory takes some.</summary>
    const int MaxDirectoryBytes = 90;

    public static string? Path(string path) =>
        Encoding.UTF8.GetByteCount(path) > MaxDirectoryBytes ? $"'{path}' is too long for the name of a socket; at most {MaxDirectoryBytes} bytes" : null;

    public static string? NotEmpty(string value) => value.Length == 0 ? "needs a value" : null;
}

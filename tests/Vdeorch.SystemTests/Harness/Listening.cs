using System.Globalization;

namespace Vdeorch.SystemTests.Harness;

/// <summary>Whether somebody listens at a socket of AF_UNIX, without connecting to it: its name is there a moment before.</summary>
static class Listening
{
    // SO_ACCEPTCON of the kernel.
    const string Flag = "00010000";

    /// <param name="path">As it was bound, or the end of that.</param>
    /// <param name="inside">A process in the network namespace of the socket; null: ours.</param>
    public static bool At(string path, Running? inside = null) => File.ReadLines($"/proc/{inside?.Pid.ToString(CultureInfo.InvariantCulture) ?? "self"}/net/unix").Any(line =>
        line.EndsWith(path, StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, Flag, ..]);
}

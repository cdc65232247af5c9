using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Plugs.Capturing;

/// <summary>Somebody who wants to see frames. Ports that are re-plugged, or opened anew, find their tap, and what it counted, again.</summary>
/// <param name="workers">How many threads may be in its taps.</param>
/// <param name="to">One end of a pair of SOCK_SEQPACKET; owned.</param>
public sealed class Capture(CaptureSettings settings, Fd to, int workers) : IDisposable
{
    readonly byte[][] buffers = [.. Enumerable.Range(0, workers).Select(_ => GC.AllocateUninitializedArray<byte>(CaptureMessage.MaxBytes))];
    readonly Dictionary<string, CaptureTap> taps = new(StringComparer.Ordinal);

    public CaptureSettings Settings { get; } = settings;
    public Fd To { get; } = to;

    /// <summary>What remains to be said at the end.</summary>
    internal Queue<(byte[] Name, long Dropped)>? Farewell { get; private set; }

    /// <summary>That worker's own.</summary>
    internal Span<byte> Buffer(int worker) => buffers[worker];

    /// <summary>On the control thread.</summary>
    /// <returns>Null when the port is not among what is captured.</returns>
    internal CaptureTap? TapOf(string port, string? sw)
    {
        if (!Settings.Ports.Contains(port) && (sw is null || !Settings.Switches.Contains(sw)))
        {
            return null;
        }
        if (!taps.TryGetValue(port, out CaptureTap? tap))
        {
            taps[port] = tap = new CaptureTap(this, port, buffers.Length);
        }
        return tap;
    }

    /// <summary>Once no worker is in a tap any more.</summary>
    internal void SayFarewell() => Farewell = new(taps.Values.Where(tap => tap.Dropped > 0).Select(tap => (tap.Name, tap.Dropped)));

    public void Dispose() => To.Dispose();
}

using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Runtime;

namespace Vdeorch.Plugs.Cables;

/// <summary>Two plugs, or more, wired together in this process: what vde_plug and vdens do. Owns the plugs.</summary>
public sealed class Cable : IDisposable
{
    const string Wire = "cable";

    /// <summary>For <see cref="PlugOpening.SendBufferBytes"/> of the two plugs of a wire.</summary>
    public const int SendBufferBytes = 256 * 1024;

    /// <summary>A receiver that has not run for so long is no longer a moment behind. Frames of the other direction wait meanwhile.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(10);

    readonly DataPlane plane;
    readonly TaskCompletionSource<int> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    int count;

    public Cable()
    {
        plane = new DataPlane(workers: 1, port => ended.TrySetResult(port.Fault), Grace);
        plane.SetSwitch(new SwitchSettings(Wire, RuntimeRequest.MaxSwitchPorts, MacAgeMs: 1, Hub: true));
    }

    /// <summary>The first error of a plug, once one has gone out of service: ECONNRESET when its other side went away.</summary>
    public Task<int> Ended => ended.Task;

    /// <summary>Ends it from outside: <see cref="Ended"/> completes with 0. From any thread.</summary>
    public void Stop() => ended.TrySetResult(0);

    /// <exception cref="Vdeorch.Linux.LinuxException">Its descriptor cannot be waited for; then the plug is still the caller's.</exception>
    public void Add(IPlug plug)
    {
        PortSettings port = new($"{count++}", Wire);
        if (plane.AddPorts([port], [plug]) is { } wrong)
        {
            throw new Vdeorch.Linux.LinuxException(Errnos.Io, "plug", wrong);
        }
    }

    public void Dispose() => plane.Dispose();
}

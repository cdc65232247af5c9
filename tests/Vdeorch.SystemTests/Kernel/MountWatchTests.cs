using Vdeorch.Linux.Mounts;
using Xunit;

namespace Vdeorch.SystemTests.Kernel;

[Collection(KernelCollection.Name)]
public sealed class MountWatchTests : IDisposable
{
    readonly Scratch _scratch = new();

    [Fact]
    public void EveryMountAndUnmountIsToldOnce()
    {
        string file = _scratch.At("pin");
        string other = _scratch.At("other");
        File.WriteAllText(file, "");
        File.WriteAllText(other, "");
        using MountWatch watch = MountWatch.TryOpen()!;
        Settle(watch);

        MountPoint.Bind(other, file);
        Assert.True(watch.HasChanged());
        Settle(watch);
        MountPoint.Detach(file);
        Assert.True(watch.HasChanged());
        Settle(watch);
    }

    // Somebody else on this host may mount something just then, but not all the time.
    static void Settle(MountWatch watch) => Assert.True(SpinWait.SpinUntil(() => !watch.HasChanged(), TimeSpan.FromSeconds(15)));

    public void Dispose()
    {
        MountPoint.Detach(_scratch.At("pin"));
        _scratch.Dispose();
    }
}

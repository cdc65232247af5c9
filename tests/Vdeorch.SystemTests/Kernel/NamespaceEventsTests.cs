using Vdeorch.Linux.Mounts;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Netlink;
using Xunit;

namespace Vdeorch.SystemTests.Kernel;

/// <summary>What the kernel tells of namespaces; <c>ip</c> makes the changes.</summary>
[Collection(KernelCollection.Name)]
public sealed class NamespaceEventsTests : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    readonly Scratch _scratch = new();
    readonly NamespaceThread _thread = new("test events");
    readonly NamespaceEvents _events;
    readonly NetNamespace _one;
    readonly NetNamespace _other;

    public NamespaceEventsTests()
    {
        Pins.PrepareDirectory(_scratch.At("netns"), tmpfs: false);
        _one = _thread.Create(_scratch.At("netns/one"));
        _other = _thread.Create(_scratch.At("netns/other"));
        _events = _thread.Tour(_ => NamespaceEvents.TryOpen())!;
        Ip(_one, "link add d0 type veth peer name d1");
        Ip(_one, "link set d0 up");
    }

    public static TheoryData<string> Changes => ["link set d0 mtu 1400", "link set d0 down", "link set d1 up", "link set d0 alias somebody", "address add 192.0.2.1/24 dev d0", "rule add from 192.0.2.1 table 7", "-6 rule add from 2001:db8::1 table 7"];

    [Theory]
    [MemberData(nameof(Changes))]
    public void AChangeIsHeardOfTheNamespaceItIsIn(string change)
    {
        int one = _events.Name(_one)!.Value;
        int other = _events.Name(_other)!.Value;
        _ = Heard();

        Ip(_one, change);

        HashSet<int> heard = Heard();
        Assert.Contains(one, heard);
        Assert.DoesNotContain(other, heard);
    }

    [Fact]
    public void ANumberStaysAndIsHeardOfWhenItsNamespaceEnds()
    {
        int one = _events.Name(_one)!.Value;
        Assert.Equal(one, _events.Name(_one));
        _ = Heard();

        // Nothing but its pin and this descriptor keeps it.
        Pins.Remove(_scratch.At("netns/one"));
        _one.Dispose();

        Assert.True(SpinWait.SpinUntil(() => Heard().Contains(one), s_patience));
    }

    public void Dispose()
    {
        _events.Dispose();
        _one.Dispose();
        _other.Dispose();
        _thread.Dispose();
        Pins.Remove(_scratch.At("netns/one"));
        Pins.Remove(_scratch.At("netns/other"));
        MountPoint.Detach(_scratch.At("netns"));
        _scratch.Dispose();
    }

    HashSet<int> Heard()
    {
        HashSet<int> changed = [];
        Assert.True(_events.TryHear(changed));
        return changed;
    }

    static void Ip(NetNamespace ns, string arguments) => Assert.Equal(new Ran(0, ""), Ran.Of(Ran.Shell($"ip {arguments}") with { JoinNet = ns.Fd }).GetAwaiter().GetResult());
}

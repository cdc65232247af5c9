using System.Net;
using System.Net.Sockets;
using Vdeorch.Engine.Enforcing;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>The rules that stand in for vxvdex's kernel module, in host 2, where two users are; host 1 is the rest of the network.</summary>
[Collection(nameof(OverlayTests))]
public class VxvdexTests
{
    const int Member = 41_000;
    const int Stranger = 41_001;
    const string Owner = "test";

    // "x" of a member, after the header of network 41000.
    const string Datagram = @"\010\000\000\000\000\240\050\000hello hello hello hello hello";

    static readonly VxvdexCloud s_cloud = VxvdexCloud.From(new Uvdel("vxvdex", "", [], null), Member, out _)!;

    static string Group => s_cloud.Address.ToString();

    [Fact]
    public Task AMemberSendsToTheGroupAndToOthersAndAStrangerDoesNot() => EnforcedAsync(async lab =>
    {
        using Socket group = lab.Member(1, s_cloud.Address, s_cloud.Port);
        using Socket peer = lab.Udp(1, IPAddress.Parse("10.9.0.1"), 40_000);

        (await SendAsync(lab, Member, $"{Group}:14789")).Exited(0);
        (await SendAsync(lab, Member, "10.9.0.1:40000")).Exited(0);
        Assert.Equal(37, group.Receive(new byte[100]));
        Assert.Equal(37, peer.Receive(new byte[100]));

        foreach (string to in (string[])[$"{Group}:14789", "10.9.0.1:40000"])
        {
            Finished refused = await SendAsync(lab, Stranger, to);
            Assert.NotEqual(0, refused.ExitCode);
            Assert.Contains("Operation not permitted", refused.Err, StringComparison.Ordinal);
        }
        Assert.Equal(0, group.Available + peer.Available);
        // Whatever is not the cloud's is nobody's business.
        (await SendAsync(lab, Stranger, "10.9.0.1:40000", "hello hello")).Exited(0);
        Assert.Equal(11, peer.Receive(new byte[100]));
        Assert.True((await ObserveAsync(lab))!.RefusedSending >= 2);
    });

    [Theory]
    [InlineData("239.0.160.40")]
    [InlineData("0.0.0.0")]
    public Task AMemberHearsTheGroupAndAStrangerDoesNot(string bound) => EnforcedAsync(async lab =>
    {
        await using (Running member = Hear(lab, Member, bound))
        {
            await HearsAsync(lab, member, $"{Group}:14789");
        }

        await using Running stranger = Hear(lab, Stranger, bound);
        await RefusedAsync(lab, stranger, $"{Group}:14789");
    });

    [Fact]
    public Task AStrangerBesideAMemberHearsNothingAndIsKeptOutWhereTheMemberKeepsThePort() => EnforcedAsync(async lab =>
    {
        await using (Running member = Hear(lab, Member, Group))
        await using (Running stranger = Hear(lab, Stranger, Group))
        {
            await IsBoundAsync(lab, 2);
            // To be on the safe side, nobody gets what two would.
            await RefusedAsync(lab, stranger, $"{Group}:14789");
            Assert.Equal("", member.Output);
        }

        PlugOpening opening = new() { Description = "test", MayOpenUnenforced = true };
        using IPlug plug = lab.In(2, () => opening.Open(new Uvdel("vxvdex", "", [new UvdelParameter("grp", "41000")], null)));
        Finished refused = await Hear(lab, Stranger, "0.0.0.0").EndAsync();
        Assert.Contains("Address already in use", refused.Err, StringComparison.Ordinal);
    });

    [Fact]
    public Task ADatagramForOneReachesAMemberThatHasSpokenAndNoStranger() => EnforcedAsync(async lab =>
    {
        await using Running stranger = lab.Start(2, As(Stranger, "socat", "-u", "UDP4-RECV:40001", "-"));
        await IsBoundAsync(lab, 1, 40_001);
        await RefusedAsync(lab, stranger, "10.9.0.2:40001");

        // Speaks first, and hears the answer on the port it spoke from.
        await using Running member = lab.Start(2, As(Member, "sh", "-c", $"{{ printf '{Datagram}'; cat; }} | socat - UDP4-DATAGRAM:{Group}:14789,bind=:40002"));
        await IsBoundAsync(lab, 1, 40_002);
        await HearsAsync(lab, member, "10.9.0.2:40002");
    });

    [Fact]
    public Task RulesAreSeenWholeAndSeenChangedAndGoneWhenRemoved() => EnforcedAsync(async lab =>
    {
        Assert.True(await ObserveAsync(lab) is { IsIntact: true, RefusedSending: 0, RefusedReceiving: 0, Owners: [Owner] });

        (await Running.ToEndAsync([.. lab.Inside(2, "nft", "flush", "chain", "inet", VxvdexRules.Table(s_cloud), "sending")])).Exited(0);
        Assert.False((await ObserveAsync(lab))!.IsIntact);

        await WithNetAsync(lab, net => VxvdexTables.ApplyAsync(s_cloud, Owner, net.Fd, default));
        Assert.True((await ObserveAsync(lab))!.IsIntact);

        await WithNetAsync(lab, net => VxvdexTables.RemoveAsync(s_cloud, Owner, net.Fd, default));
        Assert.Null(await ObserveAsync(lab));
        Assert.Equal("", (await Running.ToEndAsync([.. lab.Inside(2, "nft", "list", "ruleset")])).Exited(0).Out.Trim());
    });

    [Fact]
    public Task RulesStayForAsLongAsSomebodyHoldsThem() => EnforcedAsync(async lab =>
    {
        await WithNetAsync(lab, net => VxvdexTables.ApplyAsync(s_cloud, "other", net.Fd, default));
        (await SendAsync(lab, Stranger, $"{Group}:14789")).Exited(1);
        Assert.True(await ObserveAsync(lab) is { IsIntact: true, RefusedSending: > 0, Owners: [Owner, "other"] });

        await WithNetAsync(lab, net => VxvdexTables.RemoveAsync(s_cloud, Owner, net.Fd, default));
        Assert.True(await ObserveAsync(lab) is { IsIntact: true, RefusedSending: > 0, Owners: ["other"] });

        (await Running.ToEndAsync([.. lab.Inside(2, "nft", "flush", "chain", "inet", VxvdexRules.Table(s_cloud), "sending")])).Exited(0);
        await WithNetAsync(lab, net => VxvdexTables.ApplyAsync(s_cloud, Owner, net.Fd, default));
        Assert.True(await ObserveAsync(lab) is { IsIntact: true, Owners: ["other", Owner] });

        await WithNetAsync(lab, net => VxvdexTables.RemoveAsync(s_cloud, "other", net.Fd, default));
        await WithNetAsync(lab, net => VxvdexTables.RemoveAsync(s_cloud, Owner, net.Fd, default));
        Assert.Null(await ObserveAsync(lab));
    });

    [Fact]
    public Task RulesForIpv6AreTakenByTheKernel() => EnforcedAsync(async lab =>
    {
        VxvdexCloud cloud = VxvdexCloud.From(new Uvdel("vxvdex", "", [new UvdelParameter("v6", "")], null), Member, out _)!;

        await WithNetAsync(lab, net => VxvdexTables.ApplyAsync(cloud, Owner, net.Fd, default));

        await WithNetAsync(lab, async net => Assert.True(await VxvdexTables.ObserveAsync(cloud, net.Fd, default) is { IsIntact: true, Owners: [Owner] }));
    });

    static async Task EnforcedAsync(Func<OverlayLab, Task> test)
    {
        await using OverlayLab lab = await OverlayLab.MakeAsync("nft", "setpriv", "socat");
        await WithNetAsync(lab, net => VxvdexTables.ApplyAsync(s_cloud, Owner, net.Fd, TestContext.Current.CancellationToken));
        await test(lab);
    }

    static async Task WithNetAsync(OverlayLab lab, Func<NetNamespace, Task> work)
    {
        using NetNamespace net = NetNamespace.Open($"/run/netns/{lab.Name(2)}");
        await work(net);
    }

    static async Task<VxvdexObserved?> ObserveAsync(OverlayLab lab)
    {
        VxvdexObserved? observed = null;
        await WithNetAsync(lab, async net => observed = await VxvdexTables.ObserveAsync(s_cloud, net.Fd, default));
        return observed;
    }

    static IEnumerable<string> As(int user, params IEnumerable<string> command) => ["setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", .. command];

    static Task<Finished> SendAsync(OverlayLab lab, int user, string to, string text = Datagram) =>
        Running.ToEndAsync([.. lab.Inside(2, As(user, "sh", "-c", $"printf '{text}' | socat -u - UDP4-DATAGRAM:{to}"))]);

    static Running Hear(OverlayLab lab, int user, string bound) =>
        lab.Start(2, As(user, "socat", "-u", $"UDP4-RECV:14789,reuseaddr,bind={bound},ip-add-membership={Group}:wire", "-"));

    static Task IsBoundAsync(OverlayLab lab, int sockets, int port = 14_789) => Wait.UntilAsync($"{sockets} sockets have port {port}", async () =>
        (await Running.ToEndAsync([.. lab.Inside(2, "ss", "-Hlnu", $"sport = :{port}")])).Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length >= sockets);

    static Task<Finished> FromOutsideAsync(OverlayLab lab, string to) =>
        Running.ToEndAsync([.. lab.Inside(1, "sh", "-c", $"printf '{Datagram}' | socat -u - UDP4-DATAGRAM:{to}")]);

    static Task HearsAsync(OverlayLab lab, Running who, string to) => Wait.UntilAsync($"what is sent to {to} is heard", async () =>
    {
        (await FromOutsideAsync(lab, to)).Exited(0);
        return who.Output.Contains("hello", StringComparison.Ordinal);
    });

    // Once packets were refused while the socket was there, it has not heard them.
    static async Task RefusedAsync(OverlayLab lab, Running who, string to)
    {
        await IsBoundAsync(lab, 1, int.Parse(to[(to.IndexOf(':', StringComparison.Ordinal) + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        long before = (await ObserveAsync(lab))!.RefusedReceiving;
        for (int i = 0; i < 5; i++)
        {
            (await FromOutsideAsync(lab, to)).Exited(0);
        }
        await Wait.UntilAsync("five are refused", async () => (await ObserveAsync(lab))!.RefusedReceiving >= before + 5);
        Assert.Equal("", who.Output);
        Assert.False(who.HasExited);
    }
}

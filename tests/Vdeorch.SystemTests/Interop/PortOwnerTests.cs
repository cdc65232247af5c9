using Vdeorch.Linux.Credentials;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Public;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>Ports that are for a user or a group, with Debian's clients of two users.</summary>
public class PortOwnerTests
{
    [Fact]
    public async Task AUsersPortIsHisAndRootsAndAGroupsItsMembers()
    {
        Host.Needs("vde_plug");
        Assert.SkipUnless(Host.IsRoot, "only root can become somebody else; run the tests as root");
        await using LocalLab lab = new();
        uint group = Credentials.GroupId(Host.Current.Environment(Who.UserWithIds)["USER"]!)!.Value;
        using LoneSwitch ours = new(
            new SwitchSettings("sw", 4, 120_000, Hub: false)
            {
                Public = new PublicSettings(lab["sw"], 0b110_110_110, 0b010_111_111_111, null),
                Numbered = [new NumberedPort(1) { User = "nobody" }, new NumberedPort(2) { Group = $"{group}" }],
            },
            _ => { });
        Thread serving = new(ours.Run);
        serving.Start();
        try
        {
            Assert.Equal(1, await RefusedAsync(lab, Who.UserWithIds, 1));
            Assert.Equal(1, await RefusedAsync(lab, Who.User, 2));
            LocalEnd his = await SwitchTests.JoinAsync(lab, Who.User, $"{lab["sw"]}[1]");
            LocalEnd hers = await SwitchTests.JoinAsync(lab, Who.UserWithIds, $"{lab["sw"]}[2]");
            // Root is no exception to the rule that a port has one user at a time.
            Assert.Equal(1, await RefusedAsync(lab, Who.Root, 1));
            await his.ReachesAsync(hers);
            his.Close();
            hers.Close();
            await Wait.UntilAsync("they have left", () => LocalLab.Sockets(lab["sw"]) == 0);

            await SwitchTests.JoinAsync(lab, Who.Root, $"{lab["sw"]}[1]");
            await SwitchTests.JoinAsync(lab, Who.Root, $"{lab["sw"]}[2]");
            // Of those that are free he gets the first that is not for somebody else.
            await SwitchTests.JoinAsync(lab, Who.User, lab["sw"]);
            Assert.Equal(["001", "002", "003"], LocalLab.DataSockets(lab["sw"]).Select(name => name[..3]).Order());
        }
        finally
        {
            ours.Stop();
            serving.Join();
        }
    }

    static Task<int> RefusedAsync(LocalLab lab, Who who, int port) =>
        lab.Add(new LocalEnd([.. Host.Current.As(who, ["vde_plug", $"{lab["sw"]}[{port}]"])])).EndAsync(TimeSpan.FromSeconds(5));
}

using System.Text.Json;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>doctor tells what a host lacks apart, and the verbs point to it.</summary>
[Collection(Alone.Name)]
public class DoctorTests
{
    const string Lan = "switches: { lan: {} }\nnamespaces: { alice: { to: lan, address: 10.0.0.1/24 } }";

    [Theory, Everyone]
    public Task AHostThatCanIsSaidTo(Who who) => Lab.RunAsync(who, async lab =>
    {
        JsonElement report = Lab.Parse((await lab.RunAsync("doctor", "-o", "json")).Exited(0));

        Assert.True(report.GetProperty("able").GetBoolean());
        Assert.Equal(who == Who.Root ? "root" : "rootless", report.GetProperty("mode").GetString());
        if (who != Who.Root)
        {
            Assert.Equal(who == Who.UserWithIds ? "ok" : "warn", Verdict(report, "subordinate ids"));
        }

        foreach (string program in (string[])["apache2", "dnsmasq", "haproxy", "nft", "nginx", "tinyproxy"])
        {
            Host.Needs(program);
            Assert.Equal("ok", Verdict(report, $"vnfs: {program}"));
        }

        Assert.Contains("vnfs: haproxy", (await lab.RunAsync("doctor")).Exited(0).Out, StringComparison.Ordinal);
        Assert.Empty(lab.Leftovers());
    });

    [Fact]
    public Task ATunDeviceThatIsNotForUsersIsToldFromMissingUserNamespaces() => Lab.RunAsync(Who.User, lab => WithTunModeAsync(UnixFileMode.UserRead | UnixFileMode.UserWrite, async () =>
    {
        JsonElement report = Lab.Parse((await lab.RunAsync("doctor", "-o", "json")).Exited(7));

        Assert.Equal("fail", Verdict(report, "/dev/net/tun"));
        Assert.Equal("ok", Verdict(report, "user namespaces"));
        JsonElement tun = report.GetProperty("findings").EnumerateArray().Single(it => it.GetProperty("subject").GetString() == "/dev/net/tun");
        Assert.Contains("0600", tun.GetProperty("found").GetString(), StringComparison.Ordinal);
        Assert.Contains("0666", tun.GetProperty("fix").GetString(), StringComparison.Ordinal);
        (await lab.RunAsync("doctor")).Exited(7);
    }));

    [Fact]
    public Task WithoutTheTunDeviceAnApplyLeavesNothingAndNamesIt() => Lab.RunAsync(Who.User, lab => WithTunModeAsync(UnixFileMode.UserRead | UnixFileMode.UserWrite, async () =>
    {
        Finished refused = await lab.ApplyAsync(Lan);

        refused.Exited(7);
        await SaysWhatDoctorSaysAsync(lab, refused);
        Assert.Null(lab.Pin("alice"));
    }));

    [Theory]
    [InlineData("plug", "tap://vt-tap", "null://")]
    [InlineData("ns", "null://", "true")]
    [InlineData("switch", "-s", "SOCK", "-tap", "vt-tap")]
    public Task WithoutTheTunDeviceNoTapIsMadeAndTheVerbEndsWithSeven(params string[] words) => Lab.RunAsync(Who.User, lab => WithTunModeAsync(UnixFileMode.UserRead | UnixFileMode.UserWrite, async () =>
    {
        string[] arguments = [.. words.Select(word => word == "SOCK" ? $"/tmp/{lab.Topology}.sw" : word)];

        await SaysWhatDoctorSaysAsync(lab, (await lab.RunAsync(arguments)).Exited(7));
        Assert.False(Directory.Exists($"/tmp/{lab.Topology}.sw"));
    }));

    [Fact]
    public Task WithoutUserNamespacesDoctorSaysWhichSwitchAndApplyEndsWithSeven() => Lab.RunAsync(Who.User, async lab =>
    {
        Host.Needs("unshare", "setpriv");
        // In a user namespace that allows no other below it: the host's own limit stays as it is.
        IReadOnlyList<string> WithoutUserNamespaces(params string[] arguments) =>
        [
            .. Host.Current.As(Who.User, ["unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c",
                "echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all \"$@\"", "sh", Host.Current.Binary, .. arguments]),
        ];

        JsonElement report = Lab.Parse((await Running.ToEndAsync(WithoutUserNamespaces("doctor", "-o", "json"), lab.Environment, lab.Files)).Exited(7));
        Finished refused = (await Running.ToEndAsync(WithoutUserNamespaces("apply", lab.Write(Lan), "--yes"), lab.Environment, lab.Files)).Exited(7);

        Assert.Equal("fail", Verdict(report, "user.max_user_namespaces"));
        Assert.Equal("ok", Verdict(report, "/dev/net/tun"));
        Assert.Contains("doctor", refused.Err, StringComparison.Ordinal);
    });

    static async Task SaysWhatDoctorSaysAsync(Lab lab, Finished refused)
    {
        JsonElement tun = Lab.Parse((await lab.RunAsync("doctor", "-o", "json")).Exited(7)).GetProperty("findings").EnumerateArray().Single(it => it.GetProperty("subject").GetString() == "/dev/net/tun");
        Assert.Contains($"/dev/net/tun {tun.GetProperty("found").GetString()}", refused.Err, StringComparison.Ordinal);
        Assert.Contains(tun.GetProperty("fix").GetString()!, refused.Err, StringComparison.Ordinal);
    }

    static string? Verdict(JsonElement report, string subject) =>
        report.GetProperty("findings").EnumerateArray().Single(it => it.GetProperty("subject").GetString() == subject).GetProperty("verdict").GetString();

    static async Task WithTunModeAsync(UnixFileMode mode, Func<Task> test)
    {
        Assert.SkipUnless(Host.IsRoot, "only root can change the mode of /dev/net/tun");
        UnixFileMode before = File.GetUnixFileMode("/dev/net/tun");
        File.SetUnixFileMode("/dev/net/tun", mode);
        try
        {
            await test();
        }
        finally
        {
            File.SetUnixFileMode("/dev/net/tun", before);
        }
    }
}

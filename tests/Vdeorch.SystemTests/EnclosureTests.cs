using Vdeorch.Linux.Processes;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>
/// What somebody could do who has taken over the daemon of a network function: here that daemon is a script of the test, in the place of the host's nginx for this engine alone, which tries it all and says
/// what it could.
/// </summary>
public class EnclosureTests
{
    const string InPlaceOfNginx = """mount --bind "$1" "$(readlink -f "$(command -v nginx)")"; shift; exec "$@" """;

    static string Attempts(string runDirectory, string other, int pid) => $$"""
        #!/bin/sh
        try() { what=$1; shift; if "$@" > /dev/null 2>&1; then echo "$what: could"; else echo "$what: could not"; fi; }
        for file in /run /var/lib /var/log /etc /usr /tmp {{runDirectory}} {{runDirectory}}/topologies/{{other}}/daemons/infra/dns/lib; do try "write $file" touch $file/mine; done
        try "see itself" cat /proc/self/environ
        try "signal its own" kill -0 $$
        for pin in /run/netns {{runDirectory}}/netns; do try "join by $pin" nsenter --net=$pin/{{other}}.infra true; done
        try "join by process" nsenter --net=/proc/{{pid}}/ns/net true
        try "see another" cat /proc/{{pid}}/environ
        try "see its files" ls /proc/{{pid}}/root/
        try "change its memory" sh -c ': 3<> /proc/{{pid}}/mem'
        try "signal another" kill -0 {{pid}}
        try "mount" mount -t tmpfs none /mnt
        try "make a network" unshare --net true
        echo "that was all"
        exec socat TCP-LISTEN:80,fork,reuseaddr SYSTEM:true
        """;

    static readonly string[] s_allowed = ["write /run", "write /var/lib", "write /var/log", "see itself", "signal its own"];

    [Theory, RootAndUser]
    public Task ADaemonThatWasTakenOverReachesNothingOfAnotherTopology(Who who) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("nginx", "dnsmasq", "socat", "nsenter", "unshare");
        Assert.SkipUnless(Host.IsRoot, "only root can put a program in the place of another");
        string script = Path.Combine(lab.Files, "taken-over");
        await File.WriteAllTextAsync(script, "", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        lab.Within = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", InPlaceOfNginx, "sh", script];

        // Of the same engine, and so of the same user, in the same user namespace.
        string other = $"{lab.Topology}o";
        string file = Path.Combine(lab.Files, "other.yaml");
        await File.WriteAllTextAsync(file, $"topology: {other}\nswitches: {{ lan: {{}} }}\nnamespaces: {{ infra: {{ to: lan, address: 10.0.0.53/24, vnfs: {{ dns: {{}} }} }} }}\n", TestContext.Current.CancellationToken);
        (await lab.RunAsync("apply", file, "--yes")).Exited(0);
        int pid = await PidAsync(lab, other);
        await File.WriteAllTextAsync(script, Attempts(lab.RunDirectory, other, pid), TestContext.Current.CancellationToken);

        (await lab.ApplyAsync("""
            switches: { lan: {} }
            namespaces: { web: { to: lan, address: 10.0.0.80/24, vnfs: { nginx: {} } } }
            """)).Exited(0);
        string said = (await lab.RunAsync("logs", $"{lab.Topology}/web/nginx")).Exited(0).Out;
        string[] could = [.. said.Split('\n').Where(line => line.EndsWith(": could", StringComparison.Ordinal)).Select(line => line[..^": could".Length])];

        Assert.Contains("that was all", said, StringComparison.Ordinal);
        Assert.Equal(Landlock.HasScopes ? s_allowed : [.. s_allowed, "signal another"], could);
        Assert.Equal(pid, await PidAsync(lab, other));
        (await lab.RunAsync("destroy", other, "--yes")).Exited(0);
    });

    static async Task<int> PidAsync(Lab lab, string topology) =>
        new TopologySeen(Lab.Parse((await lab.RunAsync("status", topology, "-o", "json")).Exited(0)).GetProperty("topologies")[0])["vnf/infra/dns"].Pid!.Value;
}

using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>What plan, validate, status and doctor ask of the kernel holds nothing that could change the world.</summary>
public partial class ReadOnlyTests
{
    const string Lan = """
        switches: { lan: {} }
        namespaces:
          alice: { to: lan, address: 10.0.0.1/24, sysctl: { net.ipv4.ip_forward: 1 }, services: { sleeper: { run: [sleep, infinity] } } }
          bob: { to: lan, address: 10.0.0.2/24, gateway: 10.0.0.1, dns: [10.0.0.1] }
        """;

    // Everything by which a process can change something outside itself, but opening files, sockets and netlink, which
    // are looked at more closely below.
    static readonly string[] s_changing =
    [
        "mount", "umount2", "move_mount", "open_tree", "fsopen", "pivot_root", "mount_setattr",
        "unlink", "unlinkat", "rename", "renameat", "renameat2", "rmdir", "mkdir", "mkdirat", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat",
        "chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat", "truncate", "setxattr", "utimensat",
        "kill", "tkill", "rt_sigqueueinfo", "pidfd_send_signal", "sethostname", "setpriority", "reboot", "init_module", "bpf",
    ];

    [Theory]
    [InlineData(Who.Root, "plan")]
    [InlineData(Who.Root, "validate")]
    [InlineData(Who.Root, "status")]
    [InlineData(Who.Root, "doctor")]
    [InlineData(Who.User, "plan")]
    [InlineData(Who.UserWithIds, "plan")]
    public Task NoSystemCallChangesAnything(Who who, string verb) => Lab.RunAsync(who, async lab =>
    {
        Host.Needs("strace");
        (await lab.ApplyAsync(Lan)).Exited(0);
        // With drift of every kind, so that all that could be repaired is seen.
        string changed = lab.Write(Lan.Replace("10.0.0.2/24", "10.0.0.22/24", StringComparison.Ordinal).Replace("infinity", "\"1\"", StringComparison.Ordinal));
        string trace = Path.Combine(Host.Current.Home(who), $"{lab.Topology}.strace");
        string[] arguments = verb switch { "status" => ["status", lab.Topology], "doctor" => ["doctor"], _ => [verb, changed] };

        Finished traced = await Running.ToEndAsync(
            [.. Host.Current.As(who, ["strace", "-f", "-qq", "-s", "256", "-o", trace, "-e", $"trace={string.Join(',', s_changing.Select(call => $"?{call}"))},openat,?openat2,open,creat,sendto,sendmsg,connect,setns,unshare,tgkill,ioctl", Host.Current.Binary, .. arguments])],
            lab.Environment, lab.Files);

        traced.Exited(0);
        string[] calls = [.. File.ReadLines(trace).Where(line => !line.Contains("= -1", StringComparison.Ordinal) && !line.Contains("resumed>", StringComparison.Ordinal))];
        Assert.True(calls.Length > 10, $"strace saw next to nothing:\n{string.Join('\n', calls)}");
        string[] guilty = [.. calls.Where(Changes)];
        Assert.True(guilty.Length == 0, $"{verb} may change the world:\n{string.Join('\n', guilty)}");
        File.Delete(trace);
    });

    [Theory, Everyone]
    public Task LookingStartsNoEngineAndMakesNoFile(Who who) => Lab.RunAsync(who, async lab =>
    {
        string file = lab.Write(Lan);

        foreach (string[] verb in new[] { new[] { "validate", file }, ["plan", file], ["status"], ["render", file], ["schema"], ["doctor"], ["completion", "bash"] })
        {
            (await lab.RunAsync(verb)).Exited(0);
        }

        Assert.False(Directory.Exists(lab.RunDirectory));
        Assert.Empty(lab.Leftovers());
    });

    static bool Changes(string line)
    {
        string call = Call().Match(line).Groups[1].Value;
        return call switch
        {
            "" => false,
            "openat" or "openat2" or "open" or "creat" => MayWrite().IsMatch(line) && !IsHarmless(line),
            "sendto" or "sendmsg" => NetlinkChange().IsMatch(line),
            // Looking into a network namespace needs a thread inside it; a thread may stop sharing its working directory.
            "setns" => false,
            // Who cannot come back to the host's namespace gets an empty one to stand in, which goes with the thread.
            "unshare" => !line.Contains("unshare(CLONE_FS)", StringComparison.Ordinal) && !line.Contains("unshare(CLONE_NEWNET)", StringComparison.Ordinal),
            // How the .NET runtime stops its own threads for a collection.
            "tgkill" => false,
            "connect" => false,
            "ioctl" => line.Contains("TUNSET", StringComparison.Ordinal) || line.Contains("KVM_", StringComparison.Ordinal) || line.Contains("SIOCS", StringComparison.Ordinal),
            "pidfd_send_signal" or "kill" => !line.Contains(", 0", StringComparison.Ordinal),
            _ => true,
        };
    }

    static bool IsHarmless(string line) =>
        // Its own output; memory that the just-in-time compiler maps twice.
        line.Contains("\"/dev/null\"", StringComparison.Ordinal) || line.Contains("\"/dev/tty\"", StringComparison.Ordinal) || line.Contains("doublemapper", StringComparison.Ordinal)
        // The name of a thread of its own.
        || line.Contains("\"/proc/self/task/", StringComparison.Ordinal)
        // doctor opens devices to see whether it may; without TUNSETIFF, or KVM_CREATE_VM, that makes nothing.
        || line.Contains("\"/dev/net/tun\"", StringComparison.Ordinal) || line.Contains("\"/dev/kvm\"", StringComparison.Ordinal);

    [GeneratedRegex(@"^\d+ +([a-z0-9_]+)\(")]
    private static partial Regex Call();

    [GeneratedRegex("O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|creat\\(")]
    private static partial Regex MayWrite();

    [GeneratedRegex("RTM_(NEW|DEL|SET)|NFT_MSG_(NEW|DEL)")]
    private static partial Regex NetlinkChange();
}

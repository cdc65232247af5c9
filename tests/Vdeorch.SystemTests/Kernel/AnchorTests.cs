using System.Globalization;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;
using Xunit;

namespace Vdeorch.SystemTests.Kernel;

/// <summary>Anchors of ordinary users: this machine's <c>nobody</c>, and an account made for the test with subordinate ids.</summary>
[Collection(KernelCollection.Name)]
public sealed class AnchorTests : IDisposable
{
    const uint Nobody = 65534;

    readonly Scratch _scratch = new();
    readonly string _program;
    readonly List<ProcessHandle> _anchors = [];

    public AnchorTests()
    {
        Ran.Of($"chmod 0777 '{_scratch.Path}'").GetAwaiter().GetResult(); // others will work in it
        _program = Reachable();
    }

    [Fact]
    public async Task WithoutSubordinateIdsTheUserIsItself()
    {
        await StartAnchor(Nobody, subordinate: false);

        Ran inside = await InsideShell(Nobody, "id -u; id -g; cat /proc/self/uid_map; cat /proc/self/setgroups");

        Assert.Equal(["65534", "65534", "65534 65534 1", "deny"], inside.Lines.Select(Squeeze));
    }

    [Fact]
    public async Task FromInsideAnAnchorNetworksAreMadeAndMountsStay()
    {
        await StartAnchor(Nobody, subordinate: false);

        Ran shell = await InsideShell(Nobody, "mount -t tmpfs none /mnt && touch /mnt/kept && unshare -n ip link set lo up && unshare -n ip -br link");
        Ran again = await InsideShell(Nobody, "ls /mnt");
        Ran networks = await Take(Nobody, "inside");

        Assert.True(shell.ExitCode == 0, shell.Output);
        Assert.StartsWith("lo ", shell.Output, StringComparison.Ordinal);
        Assert.Equal("kept\n", again.Output);
        Assert.False(File.Exists("/mnt/kept"));
        ExpectNetworks(networks);
    }

    [Fact]
    public async Task WithSubordinateIdsTheUserIsRootInsideAndOthersAreThere()
    {
        string account = $"vdeorch-{Guid.NewGuid():N}"[..16];
        Ran made = await Ran.Of($"useradd --no-create-home {account} && usermod --add-subuids 700000-765535 --add-subgids 800000-865535 {account} && id -u {account} && id -g {account}");
        Assert.True(made.ExitCode == 0, made.Output);
        try
        {
            uint uid = uint.Parse(made.Lines[^2], CultureInfo.InvariantCulture);
            await StartAnchor(uid, subordinate: true);

            Ran inside = await InsideShell(uid, "id -u; id -g; setpriv --reuid 33 --regid 33 --clear-groups id -u; tail -n1 /proc/self/uid_map; head -n1 /proc/self/gid_map");
            Ran networks = await Take(uid, "inside");

            string gid = made.Lines[^1];
            Assert.Equal(["0", "0", "33"], inside.Lines[..3]);
            Assert.Equal(["0", gid, "1"], Squeeze(inside.Lines[4]).Split(' '));
            Assert.Equal("65536", Squeeze(inside.Lines[3]).Split(' ')[2]);
            ExpectNetworks(networks);
        }
        finally
        {
            EndAnchors(); // no account goes while something runs in its name
            Assert.Equal(0, (await Ran.Of($"userdel {account}")).ExitCode);
        }
    }

    [Fact]
    public async Task WhereUserNamespacesAreRefusedTheRefusalIsNamed()
    {
        // The kernel makes no user namespace for who sees only a part of the tree.
        string root = _scratch.At("root");
        Directory.CreateDirectory(root);
        Ran ran = await Ran.Of(Ran.Shell($"mount --rbind / {root} && exec chroot {root} {_program}") with
        {
            Binds = [new(root, root)],
            Environment = [Ran.Path, $"{Probe.Step}=anchor", $"{Probe.Place}={_scratch.Path}", $"DOTNET_ROOT={DotnetRoot}"],
        });

        Assert.Equal((7, "clone(CLONE_NEWUSER|CLONE_NEWNS) on 'sleep': Operation not permitted (EPERM)\n"), (ran.ExitCode, ran.Output));
    }

    [Fact]
    public void CredentialsAreTheKernels()
    {
        Assert.Equal((0u, 0u, true), (Credentials.EffectiveUid, Credentials.EffectiveGid, Credentials.CanAdministrateNetwork));
        Assert.Equal("/root", Credentials.Account(0)?.Home);
        Assert.StartsWith("/", Credentials.Account(0)?.Shell, StringComparison.Ordinal);
        Assert.Null(Credentials.Account(3_999_999_999));
    }

    public void Dispose()
    {
        EndAnchors();
        _scratch.Dispose();
    }

    static void ExpectNetworks(Ran networks)
    {
        Assert.True(networks.ExitCode == 0, networks.Output);
        Assert.Contains("may administrate True", networks.Lines);
        Assert.Contains("in the namespace LinkInfo { Index = 1, Name = lo, Kind = , Mac = 000000000000, Mtu = 4000, IsUp = True, HasCarrier = True, Alias = vdeorch:lab/a", networks.Lines);
        Assert.Contains("home again True, away True, home True", networks.Lines);
        Assert.Contains("pins lab.a held by 0 threads", networks.Lines);
        Assert.Contains("left 0", networks.Lines);
    }

    async Task StartAnchor(uint uid, bool subordinate)
    {
        Ran started = await Take(uid, "anchor");
        Assert.True(started.ExitCode == 0, started.Output);
        string[] words = started.Output.Trim().Split(' ');
        int pid = int.Parse(words[1], CultureInfo.InvariantCulture);
        _anchors.Add(ProcessHandle.TryOpen(pid)!);
        Assert.Equal($"anchor {pid} subordinate {subordinate}", started.Output.Trim());
        Assert.Equal(subordinate, Anchor.UsesSubordinateIds(pid));
        Assert.Equal(["vdeorch-anchor", "infinity"], ProcFs.CommandLine(pid));
        Assert.True(ProcFs.EnvironmentContains(pid, System.Text.Encoding.UTF8.GetBytes($"VDEORCH_ANCHOR={_scratch.Path}")));
        Assert.NotEqual(ProcFs.Namespace(Environment.ProcessId, "user"), ProcFs.Namespace(pid, "user"));
        Assert.NotEqual(ProcFs.Namespace(Environment.ProcessId, "mnt"), ProcFs.Namespace(pid, "mnt"));
        Assert.Equal(ProcFs.Namespace(Environment.ProcessId, "net"), ProcFs.Namespace(pid, "net"));
    }

    Task<Ran> InsideShell(uint uid, string script) => Take(uid, "shell", $"SCRIPT={script}");

    /// <summary>Runs this assembly as an ordinary user, as setpriv makes one.</summary>
    Task<Ran> Take(uint uid, string step, params string[] environment) => Ran.Of(new SpawnRequest
    {
        Program = "setpriv",
        Arguments = ["setpriv", "--reuid", $"{uid}", "--regid", $"{uid}", "--clear-groups", "--bounding-set", "+all", _program],
        Environment = [Ran.Path, $"{Probe.Step}={step}", $"{Probe.Place}={_scratch.Path}", $"DOTNET_ROOT={DotnetRoot}", .. environment],
    });

    static string DotnetRoot => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../.."));

    // A checkout under /root is closed to others: they get a copy.
    string Reachable()
    {
        for (DirectoryInfo? above = new(AppContext.BaseDirectory); above is not null; above = above.Parent)
        {
            if (!above.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                string copy = _scratch.At("program");
                Assert.Equal(0, Ran.Of($"cp -r '{AppContext.BaseDirectory}' '{copy}' && chmod -R a+rX '{copy}'").GetAwaiter().GetResult().ExitCode);
                return Path.Combine(copy, Path.GetFileName(Probe.Program));
            }
        }

        return Probe.Program;
    }

    static string Squeeze(string line) => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    void EndAnchors()
    {
        foreach (ProcessHandle anchor in _anchors)
        {
            anchor.Signal(Signals.Kill);
            SpinWait.SpinUntil(() => ProcFs.CommandLine(anchor.Pid).Length == 0, TimeSpan.FromSeconds(10));
            anchor.Dispose();
        }

        _anchors.Clear();
    }
}

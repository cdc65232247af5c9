using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Interop;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>
/// Two hosts, namespaces joined by a veth as in <see cref="OverlayLab"/>. On the path of the first, <c>ssh WHOEVER</c> leads to the second, where
/// 203.0.113.2 is an address of its own that the first has no route to.
/// </summary>
sealed partial class TwoHosts : IAsyncDisposable
{
    public const string FarAway = "203.0.113.2";

    readonly List<Lab> _entered = [];
    readonly string _programs;

    TwoHosts(OverlayLab hosts)
    {
        Hosts = hosts;
        _programs = Directory.CreateDirectory(Path.Combine(Host.Current.Directory, "programs", hosts.Name(1))).FullName;
    }

    public OverlayLab Hosts { get; }

    public static async Task<TwoHosts> MakeAsync(params string[] tools)
    {
        TwoHosts made = new(await OverlayLab.MakeAsync(["nsenter", .. tools]));
        try
        {
            await OverlayLab.IpAsync($"-n {made.Hosts.Name(2)} addr add {FarAway}/32 dev lo");
            string ssh = Path.Combine(made._programs, "ssh");
            // Only root gets there; for others, who have no way into a namespace of root's, the far host is this one.
            await File.WriteAllTextAsync(ssh, $"""
                #!/bin/sh
                shift
                far=--net=/run/netns/{made.Hosts.Name(2)}
                nsenter $far true 2>/dev/null || exec sh -c "exec $*"
                exec nsenter $far -- sh -c "exec $*"

                """);
            File.SetUnixFileMode(ssh, (UnixFileMode)0b111_101_101);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is before a command to have it run on a host.</summary>
    public string[] On(int host) => ["nsenter", $"--net=/run/netns/{Hosts.Name(host)}", "--"];

    /// <summary>Has vdeorch run on a host, its engine too.</summary>
    public void Enter(Lab lab, int host)
    {
        lab.Within = On(host);
        lab.Programs = host == 1 ? _programs : null;
        _entered.Add(lab);
    }

    /// <summary>Has vdens run a script on a host, which is to succeed or not.</summary>
    /// <param name="networks">vdens's words for them.</param>
    public async Task<Finished> InVdensAsync(int host, string[] networks, string script)
    {
        // vdens itself does not tell how its command ended, and Debian's misses now and then that it has.
        await using Running vdens = Running.Start([.. On(host), "vdens", .. networks, "sh", "-c", $"({script}) 2>&1; echo code=$?."], Host.Current.Environment(Who.Root));
        Match code = Match.Empty;
        await Wait.UntilAsync($"vdens {string.Join(' ', networks)} has run {script}", () => (code = CodeLine().Match(vdens.Output)).Success || vdens.HasExited, TimeSpan.FromSeconds(60));
        if (!code.Success)
        {
            Assert.Fail($"vdens has ended without it\n{await vdens.EndAsync()}");
        }

        return new Finished($"vdens {string.Join(' ', networks)} {script}", int.Parse(code.Groups[1].ValueSpan, CultureInfo.InvariantCulture), vdens.Output[..code.Index], "", default);
    }

    public async ValueTask DisposeAsync()
    {
        // What is still to be taken down is taken down over a socket that has a path, and the names of the hosts are gone by then.
        foreach (Lab lab in _entered)
        {
            lab.Within = [];
        }

        await Hosts.DisposeAsync();
        Directory.Delete(_programs, recursive: true);
    }

    [GeneratedRegex(@"^code=(\d+)\.$", RegexOptions.Multiline)]
    private static partial Regex CodeLine();
}

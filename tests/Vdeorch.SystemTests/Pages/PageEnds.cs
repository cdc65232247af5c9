using System.Collections.Immutable;
using System.Net;
using Vdeorch.Model.Uvdels;
using Vdeorch.SystemTests.Harness;
using Vdeorch.SystemTests.Interop;
using Xunit;

namespace Vdeorch.SystemTests.Pages;

/// <summary>
/// For each locator of a page, what has to be there before it is opened, and somebody on the other side of it: Debian's vde_plug where that can, on the other host where
/// there is one. A scheme that has nothing here has no way to be run, and its page fails.
/// </summary>
/// <param name="made">Directories and paths that lines of the block make themselves.</param>
sealed class PageEnds(PageWorld world, IReadOnlySet<string> made)
{
    public const string DefaultSwitch = "/run/vde.ctl";
    const string Foreign = "libvdeplug:";
    const string SerialLine = "/dev/ttyS0";

    /// <summary>The path at which lines of one block meet; null where they do not.</summary>
    public static string? Meeting(string locator) => Parse(locator) is { Scheme: "vde" or "hub" or "switch" or "multi" or "bonding" or "ptp" } there ? there.Argument : null;

    public static bool Makes(string locator) => Parse(locator) is { Scheme: "hub" or "switch" or "multi" or "bonding" or "ptp" };

    /// <summary>Whether frames pass between who is at the one and who is at the other: both name the path, and one of them is its host.</summary>
    public static bool Meet(string one, string other) =>
        one != PagePlug.Standard && other != PagePlug.Standard && Meeting(one) is { } path && path == Meeting(other) && (Makes(one) != Makes(other) || Parse(one).Scheme == "ptp");

    /// <summary>What must be there before the line is run.</summary>
    public async Task PrepareAsync(string locator)
    {
        if (locator == PagePlug.Standard)
        {
            return;
        }
        Uvdel end = Parse(locator);
        switch (end.Scheme)
        {
            case "vde" when !made.Contains(end.Argument):
                string directory = end.Argument.Length > 0 ? end.Argument : DefaultSwitch;
                if (!File.Exists(world.Seen($"{directory}/ctl")))
                {
                    // Standing input: the end of it is the end of the switch.
                    Running started = world.Start(1, "vde_switch", "-s", directory);
                    // Its own name first: until it is in its network namespace, others of that end would be seen.
                    await Wait.UntilAsync($"{directory} is there", () => File.Exists(world.Seen($"{directory}/ctl")) && Listening.At($"/{Path.GetFileName(directory)}/ctl", started));
                }
                break;
            case "vdesl":
                world.Start(1, "socat", "pty,link=/run/lab/near,raw,echo=0", "pty,link=/run/lab/far,raw,echo=0");
                await Wait.UntilAsync("the line is there", () => File.Exists(world.Seen("/run/lab/near")) && File.Exists(world.Seen("/run/lab/far")));
                (await world.RunAsync(1, "mount", "--bind", "/run/lab/near", end.Argument)).Exited(0);
                Assert.Equal(SerialLine, end.Argument);
                break;
            case "cmd":
                foreach (string remote in Remote(end).Ends)
                {
                    await PrepareAsync(remote);
                }
                break;
            default:
                if (end.Nested is { } nested)
                {
                    await PrepareAsync(nested.ToString());
                }
                break;
        }
    }

    /// <summary>Until the line is plugged into a switch that was prepared, beside the one who is on the other side.</summary>
    public Task IsInAsync(string locator) => Parse(locator) is { Scheme: "vde", Argument: { Length: > 0 } directory } && !made.Contains(directory)
        ? Wait.UntilAsync($"two are in {directory}", () => LocalLab.Sockets(world.Seen(directory)) >= 2) : Task.CompletedTask;

    /// <summary>Who is on the other side of a locator that a line of this host has opened.</summary>
    public async Task<PageFar> FarAsync(string locator, int host)
    {
        Uvdel end = Parse(locator);
        switch (end.Scheme)
        {
            case "null":
                return PageFar.Nobody;
            case "slirp":
                PageFar gateway = new() { Gateway = (end.Find("addr") ?? end.Find("host") ?? "10.0.2.2").Split('/')[0] };
                return end.Find("tcpfwd")?.Split(':') is [var address, var port, var guest, _]
                    ? gateway with { Guest = guest, Knock = () => world.Start(host, "socat", "-", $"TCP:{address}:{port}") } : gateway;
            case "cmd":
                return await FarAsync(Remote(end).Ends.Single(remote => remote != PagePlug.Standard), PageWorld.Other(host));
            case "tap":
                await Wait.UntilAsync($"{end.Argument} is there", async () => (await world.RunAsync(host, "ip", "link", "set", end.Argument, "up")).ExitCode == 0);
                return PageFar.Of(world.End(host, "vde_plug", $"pcap://{end.Argument}"));
            default:
                return PageFar.Of(world.End(PageWorld.Other(host), [.. Counterpart(end), Opposite(end, host)]));
        }
    }

    /// <summary>The program that joins the other side to somebody.</summary>
    public static string[] Counterpart(Uvdel end) =>
        IsOursAlone(end) ? ["vdeorch", "plug"] : ["vde_plug"];

    /// <summary>As seen from the other host.</summary>
    /// <param name="host">Whose the locator is.</param>
    public static string Opposite(Uvdel end, int host) => end.Scheme switch
    {
        "vde" => end.Argument.Length > 0 ? end.Argument : DefaultSwitch,
        "hub" or "switch" or "multi" or "bonding" => end.Argument,
        "ptp" or "vxvde" or "vxlan" or "pcap" => end.ToString(),
        "macvtap" => "pcap://eth0",
        "vdesl" => end.ToString().Replace(end.Argument, "/run/lab/far", StringComparison.Ordinal),
        "udp" => OppositeOfUdp(end.Argument, host),
        "vlan" or "agno" => (end with { Nested = Parse(Opposite(end.Nested!, host)) }).ToString(),
        _ => throw new InvalidOperationException($"there is no way to run an example of {end.Scheme}://: say in PageEnds what is on its other side"),
    };

    public static Uvdel Parse(string locator)
    {
        if (locator.Length == 0)
        {
            return new Uvdel("vde", "", [], null);
        }
        string own = locator.StartsWith(Foreign, StringComparison.Ordinal) ? locator[Foreign.Length..] : locator;
        Uvdel? end = UvdelParser.ParseStrict(own, out ImmutableArray<UvdelProblem> problems);
        Assert.True(problems.IsEmpty, $"{locator}: {string.Join("; ", problems.Select(problem => problem.Message))}");
        return end!;
    }

    // The plugin of vxlan loses every unicast, and nobody else has authenticated frames.
    static bool IsOursAlone(Uvdel end) => end.Scheme == "vxlan" || end.Find("mode") == "aead" || (end.Nested is { } nested && IsOursAlone(nested));

    /// <summary>What stands behind "ssh host".</summary>
    static PagePlug Remote(Uvdel command) => command.Argument.Split(' ') is ["ssh", "host", "vdeorch", "plug", .. var words]
        ? PagePlug.Of(words) : throw new InvalidOperationException($"there is no way to run '{command.Argument}'");

    // [local:]port->remote:port. The plugin wants IPv6 without brackets.
    static string OppositeOfUdp(string argument, int host)
    {
        (string[] here, string[] there) = argument.Split("->") is [var near, var far] ? (Port(near), Port(far)) : throw new InvalidOperationException(argument);
        return $"udp://{there[1]}->{PageWorld.Address(host, v6: there[0].Contains(':', StringComparison.Ordinal))}:{here[1]}";
    }

    static string[] Port(string side)
    {
        int colon = side.LastIndexOf(':');
        return colon < 0 ? ["", side] : [side[..colon], side[(colon + 1)..]];
    }
}

/// <summary>One who can be reached through an end: frames of the test's, or a gateway that answers who asks for it.</summary>
sealed record PageFar
{
    // ARP behind an Ethernet header.
    const byte Request = 1;
    const byte Answer = 2;
    const int SenderAt = 14 + 14;
    const int TargetAt = 14 + 24;

    public static readonly PageFar Nobody = new();

    public LocalEnd? Frames { get; private init; }

    public string? Gateway { get; init; }

    /// <summary>Connects to a port of the host that leads to <see cref="Guest"/>.</summary>
    public Action? Knock { get; init; }

    public string? Guest { get; init; }

    public static PageFar Of(LocalEnd frames) => new() { Frames = frames };

    /// <summary>Frames pass between these two, both ways.</summary>
    public async Task ExchangesAsync(PageFar other)
    {
        if (Frames is { } here && other.Frames is { } there)
        {
            await here.ReachesAsync(there);
            await there.ReachesAsync(here);
            return;
        }
        if ((Frames ?? other.Frames) is { } asking && (Gateway is null ? other : this) is { Gateway: { } gateway } router)
        {
            await AnswersAsync(asking, gateway);
            if (router is { Guest: { } guest, Knock: { } knock })
            {
                knock();
                await ArpAsync(asking, Request, TargetAt, guest);
            }
            return;
        }
        // The one that takes everything and gives nothing; that it does not end is seen when its line is.
        Assert.True(Frames is not null || other.Frames is not null, "nobody is at either end");
        await (Frames ?? other.Frames)!.SendAsync(LocalFrames.Make());
    }

    // Who has it? RFC 826.
    static async Task AnswersAsync(LocalEnd asking, string gateway)
    {
        byte[] address = IPAddress.Parse(gateway).GetAddressBytes();
        byte[] mac = LocalFrames.Address(7);
        byte[] request = [.. LocalFrames.Everybody, .. mac, 8, 6, 0, 1, 8, 0, 6, 4, 0, Request, .. mac, .. address[..3], 99, 0, 0, 0, 0, 0, 0, .. address];
        using CancellationTokenSource isAnswered = new();
        Task asks = Task.Run(async () =>
        {
            while (!isAnswered.IsCancellationRequested)
            {
                await asking.SendAsync(request);
                await Task.Delay(50, CancellationToken.None);
            }
        }, CancellationToken.None);
        await ArpAsync(asking, Answer, SenderAt, gateway);
        await isAnswered.CancelAsync();
        await asks;
    }

    /// <summary>Until such a packet comes.</summary>
    /// <param name="at">Where in it that address is.</param>
    static async Task ArpAsync(LocalEnd heard, byte operation, int at, string address)
    {
        byte[] frame;
        do
        {
            frame = await heard.NextAsync();
        }
        while (frame.Length < TargetAt + 4 || frame[12] != 8 || frame[13] != 6 || frame[21] != operation || !frame.AsSpan(at, 4).SequenceEqual(IPAddress.Parse(address).GetAddressBytes()));
    }
}

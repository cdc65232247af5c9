using Vdeorch.Model.Uvdels;
using Vdeorch.SystemTests.Harness;
using Vdeorch.SystemTests.Interop;
using Xunit;

namespace Vdeorch.SystemTests.Pages;

/// <summary>
/// Every example of docs/plugs is run as it stands, and frames pass where it joins something:
/// 1. lines of a block that meet at a path of theirs run together; each other line alone, in the order of the page;
/// 2. to each end that no other line has, somebody is plugged in on the other side;
/// 3. frames pass both ways between all who are at one end of a line and all at the other;
/// 4. told to end, every vdeorch ends with 0, has said nothing, and leaves nothing.
/// </summary>
[Collection(nameof(OverlayTests))]
public class PageTests
{
    const string InsideAddress = "10.0.2.100";
    const string OutsideAddress = "10.0.2.2";

    public static TheoryData<string> Pages => [.. Page.Names];

    [Theory, MemberData(nameof(Pages))]
    public async Task TheExamplesOfThePageRun(string name)
    {
        Host.Needs("ip", "ping", "nsenter", "unshare", "socat", "sg", "dpipe", "vde_switch", "vde_plug");
        Assert.SkipUnless(Host.IsRoot, "taps and namespaces are root's");
        Page page = Page.Read(name);
        Assert.True(page.Blocks.Count > 0 || name == "README", "there is no example");
        foreach (PageBlock block in page.Blocks)
        {
            await using PageWorld world = await PageWorld.MakeAsync();
            await (block switch
            {
                { Language: "yaml" } => ApplyAsync(world, block),
                { Language: "sh", Module: { } module } => IsRefusedAsync(world, block, module),
                { Language: "sh" } => RunAsync(world, block),
                _ => throw new InvalidOperationException($"a block is 'sh', 'yaml' or 'text', not '{block.Language}':\n{block.Text}"),
            });
        }
    }

    static async Task RunAsync(PageWorld world, PageBlock block)
    {
        List<PageLine> left = [.. block.Commands];
        Assert.NotEmpty(left);
        while (left is [var first, ..])
        {
            List<PageLine> together = first.Plugs.Count > 0 ? Together(first, left) : [first];
            left.RemoveAll(together.Contains);
            if (first.Network is not null)
            {
                await EnterAsync(world, first);
            }
            else if (first.Plugs.Count > 0)
            {
                await JoinAsync(world, together);
            }
            else
            {
                (await world.RunAsync(first.Host, "sh", "-c", first.Text)).Exited(0);
                continue;
            }
            await world.ClearAsync();
        }
    }

    /// <summary>All lines that plug into what one of them makes.</summary>
    static List<PageLine> Together(PageLine first, List<PageLine> lines)
    {
        HashSet<string> made = Made(lines);
        HashSet<string> meeting = [.. Meetings(first).Where(made.Contains)];
        return [first, .. lines.Skip(1).Where(line => Meetings(line).Any(meeting.Contains))];
    }

    static HashSet<string> Made(IEnumerable<PageLine> lines) => [.. Ends(lines).Where(PageEnds.Makes).Select(end => PageEnds.Meeting(end)!)];

    static IEnumerable<string> Meetings(PageLine line) => Ends([line]).Select(PageEnds.Meeting).OfType<string>();

    static IEnumerable<string> Ends(IEnumerable<PageLine> lines) => lines.SelectMany(line => line.Plugs).SelectMany(plug => plug.Ends).Where(end => !IsBetween(end));

    // What the programs of one line have between themselves, or with the test.
    static bool IsBetween(string end) => end == PagePlug.Standard || end.StartsWith("seqpacket://", StringComparison.Ordinal);

    static async Task JoinAsync(PageWorld world, List<PageLine> lines)
    {
        PageEnds ends = new(world, Made(lines));
        foreach (string end in Ends(lines))
        {
            await ends.PrepareAsync(end);
        }
        // The sides of each line: the ends of the cable that its programs make.
        Dictionary<PageLine, List<(string End, PageFar? Own)>> sides = [];
        List<Running> running = [];
        foreach (PageLine line in lines)
        {
            string[] command = ["sh", "-c", $"exec {line.Text}"];
            bool isOurs = line.Plugs.Count == 1 && line.Plugs[0].Ends.Contains(PagePlug.Standard);
            LocalEnd? standard = isOurs ? world.End(line.Host, command) : null;
            if (standard is null)
            {
                running.Add(world.Start(line.Host, command));
            }
            sides[line] = [.. line.Plugs.SelectMany(plug => plug.Ends).Where(end => !IsBetween(end)).Select(end => (end, (PageFar?)null))];
            if (standard is not null)
            {
                sides[line].Add((PagePlug.Standard, PageFar.Of(standard)));
            }
            // Whoever makes a place is there before others come to it.
            foreach (string end in line.Plugs.SelectMany(plug => plug.Ends).Where(end => !IsBetween(end) && PageEnds.Makes(end)))
            {
                await Wait.UntilAsync($"{end} is made", () => Path.Exists(world.Seen(PageEnds.Meeting(end)!)));
            }
        }
        foreach (PageLine line in lines)
        {
            for (int i = 0; i < sides[line].Count; i++)
            {
                if (sides[line][i].Own is null && !IsOthers(line, sides[line][i].End, lines))
                {
                    sides[line][i] = (sides[line][i].End, await ends.FarAsync(sides[line][i].End, line.Host));
                }
            }
        }
        foreach (string end in Ends(lines))
        {
            await ends.IsInAsync(end);
        }
        foreach (PageLine line in lines)
        {
            Assert.Equal(2, sides[line].Count);
            foreach (PageFar one in At(line, 0))
            {
                foreach (PageFar other in At(line, 1))
                {
                    await one.ExchangesAsync(other);
                }
            }
        }
        Running[] ended = [.. running.Where(one => one.HasExited)];
        Assert.Empty(ended);
        foreach (Running one in running)
        {
            await world.TerminateAsync();
            Finished finished = (await one.EndAsync()).Exited(0);
            Assert.Equal("", finished.Err);
        }

        // Whoever is at this end of the line: one of the test's, or those at the far ends of other lines that meet it there.
        IEnumerable<PageFar> At(PageLine line, int side) => sides[line][side] switch
        {
            (_, { } own) => [own],
            var (end, _) => lines.Where(other => other != line).SelectMany(other =>
                sides[other].Select((there, i) => (there.End, Side: i)).Where(there => PageEnds.Meet(there.End, end)).SelectMany(there => At(other, 1 - there.Side))),
        };
    }

    static bool IsOthers(PageLine line, string end, List<PageLine> lines) => lines.Any(other => other != line && Ends([other]).Any(theirs => PageEnds.Meet(theirs, end)));

    /// <summary>A command inside: a shell is told to reach somebody outside, anything else is let run.</summary>
    static async Task EnterAsync(PageWorld world, PageLine line)
    {
        string network = line.Network![0] == '=' ? $"cmd://{line.Network[1..]}" : line.Network;
        PageEnds ends = new(world, new HashSet<string>());
        await ends.PrepareAsync(network);
        if (line.Inside is not ["sh" or "bash"])
        {
            Assert.Contains("vde0", (await world.RunAsync(line.Host, "sh", "-c", $"exec {line.Text}")).Exited(0).Out, StringComparison.Ordinal);
            return;
        }
        Uvdel end = PageEnds.Parse(network);
        bool isGateway = end.Scheme == "slirp" || end.Argument.Contains("slirp://", StringComparison.Ordinal);
        if (!isGateway)
        {
            int other = PageWorld.Other(line.Host);
            world.Start(other, [.. PageEnds.Counterpart(end), "tap://far0", PageEnds.Opposite(end, line.Host)]);
            await Wait.UntilAsync("somebody is outside", async () => (await world.RunAsync(other, "ip", "addr", "add", $"{OutsideAddress}/24", "dev", "far0")).ExitCode == 0);
            (await world.RunAsync(other, "ip", "link", "set", "far0", "up")).Exited(0);
        }
        Finished inside = await world.RunWithInputAsync(line.Host, $"ip addr add {InsideAddress}/24 dev vde0 && ip link set vde0 up && ping -c 1 -W 10 {OutsideAddress} >/dev/null && echo answered\n", "sh", "-c", $"exec {line.Text}");
        Assert.Equal("answered\n", inside.Exited(0).Out);
    }

    static async Task ApplyAsync(PageWorld world, PageBlock block)
    {
        Assert.Contains("checks:", block.Text, StringComparison.Ordinal);
        (await world.RunWithInputAsync(1, block.Text, "sh", "-c", "cat >/tmp/lab.yaml")).Exited(0);
        (await world.RunAsync(1, "vdeorch", "apply", "/tmp/lab.yaml", "--yes")).Exited(0);
        (await world.RunAsync(1, "vdeorch", "destroy", "lab", "--yes")).Exited(0);
        (await world.RunAsync(1, "vdeorch", "engine", "stop")).Exited(0);
    }

    /// <summary>What a page says cannot be had without a module is tried, and refused.</summary>
    static async Task IsRefusedAsync(PageWorld world, PageBlock block, string module)
    {
        Assert.SkipWhen(Directory.Exists($"/sys/module/{module}"), $"the module {module} is there, and nobody has written what to do with it");
        foreach (PageLine line in block.Commands)
        {
            Assert.NotEmpty(line.Plugs);
            Finished refused = (await world.RunAsync(line.Host, "sh", "-c", $"exec {line.Text}")).Exited(1);
            Assert.Contains("not supported", refused.Err, StringComparison.Ordinal);
        }
    }
}

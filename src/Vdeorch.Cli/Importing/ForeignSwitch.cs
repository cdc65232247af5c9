using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Cli.Importing;

/// <summary>A switch that vdeorch did not make, as a topology file would ask for it, from what its console says. Pure.</summary>
/// <param name="Unsaid">What it has and the file does not say, in sentences.</param>
sealed partial record ForeignSwitch(SwitchSpec Switch, ImmutableArray<string> Unsaid)
{
    /// <summary>What its console is asked, in that order.</summary>
    public static readonly ImmutableArray<string> Questions = ["showinfo", "ds/showinfo", "port/showinfo", "hash/showinfo", "fstp/showinfo", "port/allprint", "vlan/allprint"];

    const string Nobody = "NONE";

    /// <param name="topology">What the topology is called.</param>
    /// <param name="name">What the switch is called in it.</param>
    /// <param name="answers">By question.</param>
    /// <param name="group">Of its sockets; null: it says nothing to anybody.</param>
    /// <exception cref="FormatException">It does not answer as a vde_switch does.</exception>
    public static ForeignSwitch Of(string topology, string name, IReadOnlyDictionary<string, IReadOnlyList<string>> answers, string? group)
    {
        List<string> unsaid = [];
        int mode = Convert.ToInt32(One(answers, "ds/showinfo", StandardMode()).Value, 8);
        (_, int directoryMode) = SwitchModes.Of(mode, null);
        bool hasTrees = One(answers, "fstp/showinfo", Fstp()).Value == "true";
        Match bridge = One(answers, "fstp/showinfo", Bridge());
        Match? console = Find(answers, "showinfo", Management());
        if (hasTrees)
        {
            unsaid.Add($"its spanning trees know it by {bridge.Groups["mac"].Value}; which of its ports are edges, and what bonus they have, is not read");
        }

        ILookup<int, int> tagged = Tagged(answers["vlan/allprint"]).ToLookup(pair => pair.Port, pair => pair.Vlan);
        return new ForeignSwitch(
            new SwitchSpec(name, Number(answers, "port/showinfo", Ports()), TimeSpan.FromSeconds(Number(answers, "hash/showinfo", Expiry())), One(answers, "port/showinfo", Hub()).Value == "true")
            {
                Topology = topology,
                MinPersistence = TimeSpan.FromSeconds(Number(answers, "hash/showinfo", Persistence())),
                Public = new PublicSettings(One(answers, "ds/showinfo", Directory()).Value, mode, directoryMode, group),
                Console = console is null ? null : new ConsoleSettings(console.Groups["path"].Value, Convert.ToInt32(console.Groups["mode"].Value, 8), null),
                Stp = hasTrees ? new StpSettings(int.Parse(bridge.Groups["priority"].Value, CultureInfo.InvariantCulture)) : null,
                Vlans = Vlans(answers["vlan/allprint"]).Where(id => id > 0).ToImmutableSortedDictionary(id => id, id => string.Create(CultureInfo.InvariantCulture, $"vlan{id}")),
                Numbered = Numbered(answers["port/allprint"], tagged, unsaid),
            },
            [.. unsaid]);
    }

    // A port of which nothing was asked is there because somebody joined; who joins ours finds one too.
    static ImmutableArray<NumberedPort> Numbered(IReadOnlyList<string> lines, ILookup<int, int> tagged, List<string> unsaid)
    {
        List<NumberedPort> ports = [];
        foreach (string line in lines)
        {
            if (Port().Match(line) is { Success: true } found)
            {
                int number = int.Parse(found.Groups["number"].Value, CultureInfo.InvariantCulture);
                VlanMembership vlans = new(int.Parse(found.Groups["vlan"].Value, CultureInfo.InvariantCulture), VlanSet.Of(tagged[number]));
                ports.Add(new NumberedPort(number)
                {
                    Options = vlans == VlanMembership.Default ? PortOptions.None : new PortOptions { Vlans = vlans },
                    IsReserved = found.Groups["reserved"].Success,
                });
            }
            else if (ports.Count > 0 && Access().Match(line) is { Success: true } access)
            {
                ports[^1] = ports[^1] with { User = Somebody(access.Groups["user"].Value), Group = Somebody(access.Groups["group"].Value) };
            }
            else if (ports.Count > 0 && Endpoint().Match(line) is { Success: true } end && !end.Groups["module"].Value.StartsWith("unix", StringComparison.Ordinal))
            {
                unsaid.Add(string.Create(CultureInfo.InvariantCulture, $"port {ports[^1].Number} holds {end.Groups["module"].Value} {end.Groups["what"].Value}: plug that in with `plugs`"));
            }
        }

        return [.. ports.Where(port => !port.IsPlain)];
    }

    static IEnumerable<int> Vlans(IReadOnlyList<string> lines) =>
        lines.Select(line => Vlan().Match(line)).Where(found => found.Success).Select(found => int.Parse(found.Groups["id"].Value, CultureInfo.InvariantCulture));

    static List<(int Port, int Vlan)> Tagged(IReadOnlyList<string> lines)
    {
        List<(int Port, int Vlan)> members = [];
        int vlan = 0;
        foreach (string line in lines)
        {
            if (Vlan().Match(line) is { Success: true } found)
            {
                vlan = int.Parse(found.Groups["id"].Value, CultureInfo.InvariantCulture);
            }
            else if (Member().Match(line) is { Success: true } member)
            {
                members.Add((int.Parse(member.Groups["number"].Value, CultureInfo.InvariantCulture), vlan));
            }
        }

        return members;
    }

    static string? Somebody(string name) => name == Nobody ? null : name;

    static int Number(IReadOnlyDictionary<string, IReadOnlyList<string>> answers, string question, Regex what) => int.Parse(One(answers, question, what).Value, CultureInfo.InvariantCulture);

    static Match One(IReadOnlyDictionary<string, IReadOnlyList<string>> answers, string question, Regex what) =>
        Find(answers, question, what) ?? throw new FormatException($"its console does not answer '{question}' as vde_switch does: '{string.Join("; ", answers[question])}'");

    static Match? Find(IReadOnlyDictionary<string, IReadOnlyList<string>> answers, string question, Regex what) =>
        answers[question].Select(line => what.Match(line)).FirstOrDefault(found => found.Success);

    [GeneratedRegex("(?<=^ctl dir ).+")]
    private static partial Regex Directory();

    [GeneratedRegex("(?<=^std mode )[0-7]+")]
    private static partial Regex StandardMode();

    [GeneratedRegex("^mgmt (?<path>.+) perm (?<mode>[0-7]+)$")]
    private static partial Regex Management();

    [GeneratedRegex("(?<=^Numports=)[0-9]+")]
    private static partial Regex Ports();

    [GeneratedRegex("(?<=^HUB=)(true|false)")]
    private static partial Regex Hub();

    [GeneratedRegex("(?<=^GC expire )[0-9]+")]
    private static partial Regex Expiry();

    [GeneratedRegex("(?<=^Min persistence )[0-9]+")]
    private static partial Regex Persistence();

    [GeneratedRegex("(?<=^FSTP=)(true|false)")]
    private static partial Regex Fstp();

    [GeneratedRegex("^MAC (?<mac>[0-9a-f:]+) Priority (?<priority>[0-9]+)")]
    private static partial Regex Bridge();

    [GeneratedRegex("^Port (?<number>[0-9]+) untagged_vlan=(?<vlan>[0-9]+) (IN)?ACTIVE - (?<reserved>NOT )?Unnamed Allocatable")]
    private static partial Regex Port();

    [GeneratedRegex(@"Access Control: \(User: (?<user>\S+) - Group: (?<group>\S+)\)")]
    private static partial Regex Access();

    [GeneratedRegex(@"^ +-- endpoint ID [0-9]+ module (?<module>[^:]+?) *: (?<what>.*)$")]
    private static partial Regex Endpoint();

    [GeneratedRegex("^VLAN (?<id>[0-9]+)")]
    private static partial Regex Vlan();

    [GeneratedRegex("^ -- Port (?<number>[0-9]+) tagged=1")]
    private static partial Regex Member();
}

using System.Text;
using CsCheck;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Reading.Rereading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Topologies;
using Vdeorch.UnitTests.Mutations;
using Xunit;

namespace Vdeorch.UnitTests.Reading;

/// <summary>With the memory of another reading, a reading comes to the same.</summary>
public class RereadTests
{
    const string Lab = """
        vars: { net: 10.0.0 }
        switches: { lan: {} }
        templates:
          host:
            sysctl: { net.ipv4.ip_forward: 1 }
        # Who is there.
        namespaces:
          alice: { to: lan, address: "{{ vars.net }}.1/24" }
          bob:
            use: host
            to: lan
            address: 10.0.0.2/24
            # The neighbour.
            gateway: 10.0.0.1
          web: { replicas: 2, to: lan, address: "10.0.0.{{ index + 11 }}/24" }
          carol:
            to: lan
            address: 10.0.0.3/24
            files:
              etc/motd: |
                one

                # no comment
                two
        checks:
          all: { among: "*", ping: all }

        """;

    static readonly string[] s_pieces =
    [
        "a", "1", "/24", "10.0.0.9", "{{ index }}", "{", "}", "[", "]", "\n", "\n  ", "\n    ", "\n\n", "\n  dave: { to: lan, address: 10.0.0.7/24 }", "\n  alice: {}", "\n  # ", "\n# ", " # ", ": ", ", ", "- ", "? ", "\"", "'",
        "|", "|+", "|2", ">", "&a ", "*a", "!!str ", "---\n", "\n...\n", "\n---\n", "%", "~", "\t", "\\", "\r\n", "\u2028", "\u0085", "😀", "<<: ", "x-", "use: host", "mtu: 1400", "\n  ? dave\n  : { to: lan }",
    ];

    // A change anywhere, of anything: most of them make the file a wrong one, whose diagnostics have to be right.
    [Fact]
    public void AnyChangeOfAFileComesToTheSame()
    {
        string[] files = [Lab, .. Directory.GetFiles(Golden.Cases("render"), "input.yaml", SearchOption.AllDirectories).Concat(Examples()).Select(File.ReadAllText)];
        int known = 0;
        Gen.Select(Gen.Int[0, files.Length - 1], Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 12], Gen.Int[0, s_pieces.Length - 1]).Array[1, 4]).Sample((file, changes) =>
        {
            // Half of them of the file that has most to remember.
            string text = files[file % 2 == 0 ? 0 : file];
            ReadMemory memory = ReadMemory.Nothing;
            memory = Reread(text, memory).Memory ?? memory;
            foreach ((int at, int remove, int insert) in changes)
            {
                int start = at % (text.Length + 1);
                string changed = $"{text[..start]}{s_pieces[insert]}{text[Math.Min(text.Length, start + (remove % 4 == 0 ? remove : 0))..]}";
                ReadResult read = Reread(changed, memory);
                if (read.Memory is { } next)
                {
                    known += memory.Topology is { Namespaces: [var first, ..] } && read.Topology!.Namespaces.Any(ns => ReferenceEquals(ns, first)) ? 1 : 0;
                    (memory, text) = (next, changed);
                }
            }
        }, iter: 3000, threads: 1);
        Assert.True(known > 100, $"only {known} were of parts");
    }

    // Whole lines: what people edit, and what a wrong border between entries would be found by.
    [Fact]
    public void AnyChangeOfLinesComesToTheSame()
    {
        string[] files = [Lab, .. Examples().Select(File.ReadAllText)];
        Gen.Select(Gen.Int[0, files.Length - 1], Gen.Select(Gen.Int[0, 500], Gen.Int[0, 4], Gen.Int[0, 500]).Array[1, 4]).Sample((file, changes) =>
        {
            List<string> lines = [.. files[file % 2 == 0 ? 0 : file].Split('\n')];
            ReadMemory memory = Reread(string.Join('\n', lines), ReadMemory.Nothing).Memory ?? ReadMemory.Nothing;
            foreach ((int at, int kind, int other) in changes)
            {
                int line = at % lines.Count;
                string from = lines[other % lines.Count];
                switch (kind)
                {
                    case 0: lines.RemoveAt(line); break;
                    case 1: lines.Insert(line, from); break;
                    case 2: lines[line] = from; break;
                    case 3: lines[line] = $"  {lines[line]}"; break;
                    default: lines[line] = lines[line].Length > 1 ? lines[line][1..] : ""; break;
                }

                lines = lines.Count == 0 ? [""] : lines;
                memory = Reread(string.Join('\n', lines), memory).Memory ?? memory;
            }
        }, iter: 2000, threads: 1);
    }

    // Single mistakes, and other spellings of the same, at every place of every example.
    [Fact]
    public void EveryMutationOfAnExampleComesToTheSame()
    {
        foreach (string text in Examples().Select(File.ReadAllText).Append(Lab))
        {
            ReadMemory memory = Reread(text, ReadMemory.Nothing).Memory ?? ReadMemory.Nothing;
            foreach (Mutation mutation in Mutator.Of(text, (MapNode)NodesOf.Text(text, out _)!))
            {
                Reread(mutation.Text, memory);
            }
        }
    }

    [Theory]
    // What stands beside a line that was put in is read with it.
    [InlineData("10.0.0.3/24", "10.0.0.4/24", "carol")]
    [InlineData("  carol:", "  dave: { to: lan, address: 10.0.0.9/24 }\n  carol:", "dave carol")]
    [InlineData("net.ipv4.ip_forward: 1", "net.ipv4.ip_forward: 0", "bob")]
    [InlineData("replicas: 2", "replicas: 3", "web-0 web-1 web-2")]
    [InlineData("# The neighbour.", "# Another.", "bob")]
    [InlineData("alice: {", "alice: { labels: { a: b },", "alice")]
    [InlineData("among: \"*\"", "among: \"*b*\"", "")]
    public void WhatHasNotChangedIsTheVerySame(string before, string after, string changed)
    {
        ReadResult first = Reread(Lab, ReadMemory.Nothing);
        ReadResult second = Reread(Lab.Replace(before, after, StringComparison.Ordinal), first.Memory!);

        Assert.Equal(changed, string.Join(' ', second.Topology!.Namespaces.Where(ns => first.Topology!.Namespaces.All(other => !ReferenceEquals(ns, other))).Select(ns => ns.Name)));
        Assert.All(second.Topology.Interfaces.Where(one => !changed.Split(' ').Contains(one.Namespace)), one => Assert.Contains(first.Topology!.Interfaces, other => ReferenceEquals(one, other)));
    }

    // What is said of it depends on more than its own lines.
    [Theory]
    [InlineData("net: 10.0.0 ", "net: 10.0.1 ")]
    [InlineData("vars:", "topology: other\nvars:")]
    [InlineData("switches: { lan: {} }", "switches: { lan: { vlans: [5] } }")]
    [InlineData("switches: { lan: {} }", "switches: {}\nclouds: { lan: { vxvde: 239.1.2.3 } }")]
    [InlineData("vars:", "cables: [ [ bob/vde0, alice/vde7 ] ]\nvars:")]
    public void WhatDependsOnTheRestIsReadWithTheRest(string before, string after)
    {
        ReadMemory memory = Reread(Lab, ReadMemory.Nothing).Memory!;

        Reread(Lab.Replace(before, after, StringComparison.Ordinal), memory);
        Reread(Lab, memory, ("net", "10.0.5"));
        Reread(Lab.Replace("to: lan,", "to: ptp:///tmp/x,", StringComparison.Ordinal), memory);
    }

    [Fact]
    public void TheSameTextIsTheSameTopology()
    {
        ReadResult first = Reread(Lab, ReadMemory.Nothing);
        ReadResult second = Reread(Lab, first.Memory!);

        Assert.Same(first.Topology, second.Topology);
        Assert.NotNull(second.Memory);
    }

    // A key file that has gone meanwhile is not in the text.
    [Fact]
    public void KeyFilesAreLookedAtEachTime()
    {
        TopologyInput input = TopologyInput.Of("lab.yaml", "/lab.yaml", Encoding.UTF8.GetBytes("namespaces:\n  alice: { to: \"agno:///etc/key{vde:///tmp/sw}\", address: 10.0.0.1/24 }\n"));
        ReadResult first = TopologyReader.Read(input, keys: new Keys(KeyFileState.Readable), memory: ReadMemory.Nothing);
        Assert.NotNull(first.Memory);
        Assert.Empty(first.Diagnostics);

        ReadResult second = TopologyReader.Read(input, keys: new Keys(KeyFileState.Missing), memory: first.Memory);

        Assert.Equal("VDE1406", Assert.Single(second.Diagnostics).Code);
    }

    sealed class Keys(KeyFileState state) : IKeyFiles
    {
        public KeyFile? Look(string argument) => new KeyFile(state, 0b110_000_000, 32, 32);
    }

    [Fact]
    public void PlacesAreThoseOfTheNewText()
    {
        ReadMemory memory = Reread(Lab, ReadMemory.Nothing).Memory!;
        string moved = Lab.Replace("  alice:", "  # one\n  # two\n  alice:", StringComparison.Ordinal).Replace("address: 10.0.0.3/24", "address: 10.0.0.2/24", StringComparison.Ordinal);

        Assert.Equal(20, Assert.Single(Reread(moved, memory).Diagnostics).Span.Line);
    }

    static string[] Examples() => [.. Directory.GetFiles(Path.Combine(Golden.Repository, "topologies"), "*.yaml").Order(StringComparer.Ordinal)];

    /// <summary>With the memory and without.</summary>
    static ReadResult Reread(string text, ReadMemory memory, params (string Name, string Value)[] given)
    {
        TopologyInput input = TopologyInput.Of("lab.yaml", "/lab.yaml", Encoding.UTF8.GetBytes(text)) with { Variables = [.. given.Select(pair => new GivenVariable(pair.Name, pair.Value, "--set"))] };
        CaseInput.Folder folder = new(Path.Combine(Golden.Repository, "topologies"));
        ReadResult fresh = TopologyReader.Read(input, folder);
        ReadResult read = TopologyReader.Read(input, folder, memory: memory);

        Assert.Equal(fresh.Diagnostics.AsEnumerable(), read.Diagnostics);
        Assert.Equal(Print(fresh.Topology), Print(read.Topology));
        Assert.True(fresh.Input.IsSameAs(read.Input));
        return read;
    }

    static string Print(Topology? topology) => topology is null ? "" : $"""
        {TopologyRenderer.Render(topology)}
        {string.Join('\n', topology.Resources.Select(spec => $"{spec.Id} {string.Join(' ', spec.Fields)} {string.Join(' ', spec.DependsOn)} {string.Join(' ', spec.StartsAfter)} {string.Join(' ', spec.PassesTo)}"))}
        {string.Join('\n', topology.Checks.Select(check => $"{check.Name} {string.Join(' ', check.Probes)}"))}
        """;
}

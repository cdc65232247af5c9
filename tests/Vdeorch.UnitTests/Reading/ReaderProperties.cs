using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;
using CsCheck;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;
using Xunit;

namespace Vdeorch.UnitTests.Reading;

public class ReaderProperties
{
    static readonly string[] s_pieces =
    [
        "switches", "namespaces", "checks", "topology", "to", "address", "interfaces", "routes", "default", "gateway", "replicas", "sysctl", "dns", "services",
        "run", "ready", "env", "among", "from", "ping", "tcp", "all", "lan", "a", "10.0.0.1/24", "10.0.0.1", "fd00::1/64", "{{ index }}", "{{", "}}", "5s", "1500",
        ": ", ":", ", ", "{", "}", "[", "]", "\n", "\n  ", "\n    ", "- ", "\"", "'", "|", ">", "&a ", "*a", "!!str ", "!", "%", "---", "...", "# ", "~", "\t", "\\", "\r\n", "\u2028", "😀", "?", "<<",
    ];

    [Fact]
    public void NoBytesMakeTheReaderThrow() =>
        Gen.Byte.Array[0, 200].Sample(bytes => { _ = Check(bytes); }, iter: 3000);

    [Fact]
    public void NoSoupOfTheLanguageMakesTheReaderThrow() =>
        Pick(s_pieces).Array[0, 60].Sample(pieces => { _ = Check(Encoding.UTF8.GetBytes(string.Concat(pieces))); }, iter: 20_000);

    [Fact]
    public void NoChangeToAGoodFileMakesTheReaderThrow()
    {
        string[] files = [.. Directory.GetFiles(Golden.Cases("render"), "input.yaml", SearchOption.AllDirectories).Select(File.ReadAllText)];
        Gen.Select(Pick(files), Gen.Int[0, 3000], Gen.Int[0, 12], Pick(s_pieces)).Array[1, 4].Sample(changes =>
        {
            string text = changes[0].Item1;
            foreach ((string _, int at, int remove, string insert) in changes)
            {
                int start = at % (text.Length + 1);
                text = $"{text[..start]}{insert}{text[Math.Min(text.Length, start + remove)..]}";
            }

            _ = Check(Encoding.UTF8.GetBytes(text));
        }, iter: 5000);
    }

    // Found by the one above.
    [Theory]
    [InlineData("policy: { paths: anywhere }\nswitches: { lan: { socket: .. } }")]
    [InlineData("policy: { paths: anywhere }\nswitches: { lan: { console: .. } }")]
    public void WhatIsTakenReadsBack(string text) => _ = Check(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void NoValueInAnyPlaceMakesTheReaderThrow()
    {
        string text = File.ReadAllText(Path.Combine(Golden.Cases("render"), "everything", "input.yaml"));
        TextRange[] places = [.. Scalars(NodesOf.Text(text, out _)!).Select(scalar => scalar.Range).Where(range => range.Length > 0)];
        Gen.Select(Gen.Int[0, places.Length - 1], s_value).Sample((place, value) =>
        {
            TextRange range = places[place];
            _ = Check(Encoding.UTF8.GetBytes($"{text[..range.Start]}{value}{text[(range.Start + range.Length)..]}"));
        }, iter: 10_000);
    }

    [Fact]
    public void ATopologyReadsBackFromItsLongForm() =>
        GenTopology.Sample(topology =>
        {
            string rendered = TopologyRenderer.Render(topology);
            ReadResult read = Check(Encoding.UTF8.GetBytes(rendered));
            return read.Topology is { } back && TopologyRenderer.Render(back) == rendered && SameTexts(topology, back);
        }, iter: 1500, print: TopologyRenderer.Render);

    static IEnumerable<ScalarNode> Scalars(Node node) => node switch
    {
        MapNode map => map.Entries.SelectMany(entry => Scalars(entry.Value).Append(entry.Key)),
        ListNode list => list.Items.SelectMany(Scalars),
        _ => [(ScalarNode)node],
    };

    static Gen<string> Pick(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(at => texts[at]);

    // The renderer itself must not hide a difference where texts are anything the user wishes.
    static bool SameTexts(Topology left, Topology right) =>
        left.Services.Zip(right.Services).All(pair => pair.First.Run.SequenceEqual(pair.Second.Run) && pair.First.Env.SequenceEqual(pair.Second.Env) && pair.First.Restart == pair.Second.Restart)
        && left.Namespaces.Zip(right.Namespaces).All(pair => pair.First.Sysctls.SequenceEqual(pair.Second.Sysctls) && pair.First.Dns.SequenceEqual(pair.Second.Dns))
        && left.Resources.Select(resource => string.Join('\n', resource.Fields)).SequenceEqual(right.Resources.Select(resource => string.Join('\n', resource.Fields)))
        && left.Checks.Zip(right.Checks).All(pair => pair.First.Probes.SequenceEqual(pair.Second.Probes));

    static ReadResult Check(byte[] bytes)
    {
        ReadResult read = TopologyReader.Read(bytes, "lab.yaml");
        Assert.Equal(read.Topology is null, read.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error));
        Assert.Equal(read.Diagnostics.Select(diagnostic => diagnostic.Span.Line).Order(), read.Diagnostics.Select(diagnostic => diagnostic.Span.Line));
        foreach (Diagnostic diagnostic in read.Diagnostics)
        {
            Assert.DoesNotContain('\u001b', DiagnosticPrinter.Print(diagnostic));
            Assert.True(diagnostic.Span.Length >= 1 && (diagnostic.Span.Line == 0 || diagnostic.Span.Column <= diagnostic.Excerpt!.Length + 1));
        }

        if (read.Topology is { } topology)
        {
            string rendered = TopologyRenderer.Render(topology);
            ReadResult again = TopologyReader.Read(Encoding.UTF8.GetBytes(rendered), "lab.yaml");
            Assert.Equal(rendered, again.Topology is null ? string.Join('\n', again.Diagnostics.Select(DiagnosticPrinter.Print)) : TopologyRenderer.Render(again.Topology));
        }

        return read;
    }

    static readonly Gen<string> s_value = Gen.OneOf(
        Pick(s_pieces),
        Gen.Select(Pick("10.0.0.1", "fd00::1", "[fd00::1]", "web-0", "*", "", "a", "{{ index }}", "{{ host \"10.0.0.0/8\" 5 }}", "default", "net.ipv4", "lo", "5", "-1", "0x", "99999999999999999999", "02:00:00:00:00:01"),
            Pick("", ":", ":80", "/", "/24", "/129", "%", ".", "-", "*", "s", "ms", "://", " ", "]"),
            Gen.Bool, (head, tail, quoted) => quoted ? $"'{head}{tail}'" : $"{head}{tail}"));

    static readonly Gen<string> s_text = Gen.OneOf(
        Pick("", "yes", "null", "0x10", "5", "1.50", "~", "a: b", "#", "{{ index }}", "{{", "}}", "{%{ {{ }%}", "-", "52:54:00", "a\nb", "\"\\'", "\u00e9😀", "\u2028", "\ufeff", "\u0085", "x}"),
        Gen.String[Gen.Char["{}%\"'\\ \n\t:,[]&*!|>#-?@`abc019$\u0001\u00a0"], 0, 12]);

    static Gen<Topology> GenTopology =>
        from switches in Gen.Int[1, 3]
        from ports in Gen.Int[100, 32768]
        from age in Gen.Int[1, 86400]
        from hub in Gen.Bool
        from namespaces in Gen.Int[1, 5]
        from texts in s_text.Array[40]
        from numbers in Gen.Int[0, 1_000_000].Array[40]
        select Make(switches, ports, age, hub, namespaces, texts, numbers);

    static Topology Make(int switches, int ports, int age, bool hub, int namespaces, string[] texts, int[] numbers)
    {
        ImmutableArray<InterfaceSpec> interfaces =
        [
            .. Enumerable.Range(0, namespaces).SelectMany(n => Enumerable.Range(0, numbers[n] % 3).Select(i => new InterfaceSpec($"n{n}", $"vde{i}",
                numbers[n + 5] % 5 == 0 ? null : new ResourceId(Kinds.Switch, $"s{(n + i) % switches}"), MacAddress.Derive("t", $"n{n}", $"i{i}"), 1280 + numbers[n + 10] % 10_000)
            {
                Addresses = [Address($"10.{n}.{i}.1/24"), Address($"fd00:{n}:{i}::1/64")],
                Routes = numbers[n + 15] % 2 == 0 && i == 0
                    ? [new RouteSpec(IPNetwork.Parse("0.0.0.0/0"), IPAddress.Parse($"10.{n}.0.9"), 0), new RouteSpec(IPNetwork.Parse("0.0.0.0/0"), IPAddress.Parse($"10.{n}.0.8"), 1 + numbers[n + 20]),
                        new RouteSpec(IPNetwork.Parse("::/0"), IPAddress.Parse($"fd00:{n}:0::9"), 0)]
                    : [],
            })),
        ];
        ImmutableArray<CheckSpec> checks = [.. interfaces.Select((one, at) => new CheckSpec($"c{at}",
            [.. Enumerable.Range(0, Math.Min(namespaces, 2)).SelectMany(n => new[] { 1, 2 }.Select(port => new Probe($"n{n}", ProbeKind.Tcp, one.Addresses[port % 2].Address, port + 1)))],
            Expectation.Blocked, TimeSpan.FromMilliseconds(1 + numbers[at])))];
        return new Topology
        {
            Name = "t",
            Switches = [.. Enumerable.Range(0, switches).Select(i => new SwitchSpec($"s{i}", ports, TimeSpan.FromSeconds(age), hub) { Topology = "t" })],
            Namespaces = [.. Enumerable.Range(0, namespaces).Select(n => new NamespaceSpec($"n{n}",
                Texts(("net.a", Line(texts[n])), ("net.b.c", numbers[n].ToString(CultureInfo.InvariantCulture))), n % 2 == 0 ? [] : [IPAddress.Parse("9.9.9.9"), IPAddress.Parse("fd00::53")]))],
            Interfaces = interfaces,
            Services = [.. Enumerable.Range(0, namespaces).Select(n => new ServiceSpec($"n{n}", "s", ["run", texts[n], texts[n + 5], texts[n + 10]])
            {
                Env = Texts(("A", texts[n + 15]), ("_b2", texts[n + 20])),
                Restart = (RestartPolicy)(numbers[n + 25] % 3),
                Ready = n % 3 == 0 ? null : n % 3 == 1 ? new ReadySpec(7, []) : new ReadySpec(null, ["x", texts[n + 25]]),
            })],
            Checks = checks,
        };
    }

    static string Line(string text) => text.Trim().Length == 0 || text.AsSpan().ContainsAny('\n', '\r') || CoreTypes.Of(text) != CoreType.String ? "x y" : text;

    static InterfaceAddress Address(string text) => InterfaceAddress.TryParse(text, out InterfaceAddress? address) ? address.Value : throw new ArgumentException(text);

    static ImmutableSortedDictionary<string, string> Texts(params (string Key, string Value)[] texts) =>
        texts.ToImmutableSortedDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal);
}

using System.Text.Json.Nodes;
using Vdeorch.Cli;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Reading;
using Vdeorch.UnitTests.Reading;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;
using Vdeorch.UnitTests.Cli;
using Vdeorch.UnitTests.Rendering;
using Vdeorch.UnitTests.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Schemas;

public class SchemaTests
{
    public static TheoryData<string> Examples => ExampleTests.Examples;

    public static TheoryData<string> Documents => Golden.Folders("render");

    [Fact]
    public void TheSchemaInTheRepositoryIsTheModels() =>
        Golden.Matches(Path.Combine(Golden.Repository, "schemas", "topology.schema.json"), TopologySchema.Generate());

    [Fact]
    public async Task TheProgramPrintsTheSchemaOfTheRepository()
    {
        TestTerminal terminal = new();

        Assert.Equal(ExitCodes.Ok, await CommandLine.RunAsync(terminal.Session("schema")));
        Assert.Equal(File.ReadAllText(Path.Combine(Golden.Repository, "schemas", "topology.schema.json")), terminal.Out);
    }

    [Fact]
    public void TheTablesOfThePagesAreTheModels()
    {
        foreach (IGrouping<string, (string Page, string Marker, string Markdown)> tables in LanguageTables.All.GroupBy(table => table.Page))
        {
            string path = Path.Combine(Golden.Repository, "docs", tables.Key);
            string page = File.ReadAllText(path);
            foreach ((_, string marker, string markdown) in tables)
            {
                string begin = $"<!-- begin {marker} -->\n";
                int start = page.IndexOf(begin, StringComparison.Ordinal);
                int end = page.IndexOf($"<!-- end {marker} -->", StringComparison.Ordinal);
                Assert.True(start >= 0 && end > start, $"docs/{tables.Key} has no place for the table of {marker}");
                page = $"{page[..(start + begin.Length)]}{markdown}{page[end..]}";
            }

            Golden.Matches(path, page);
        }
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public void AnExampleIsValidByTheSchema(string file) => Assert.Empty(Errors(File.ReadAllText(Path.Combine(Golden.Repository, "topologies", file))));

    [Fact]
    public void AFragmentIsValidByTheSchema() =>
        Assert.All(Directory.GetFiles(Path.Combine(Golden.Repository, "topologies", "fragments")), file => Assert.Empty(Errors(File.ReadAllText(file))));

    [Fact]
    public void EveryTopologyOfThePagesIsValidByTheSchema()
    {
        string[] blocks = [.. PageTopologies.All];

        Assert.True(blocks.Length >= 5, $"{blocks.Length} topologies");
        Assert.All(blocks, block => Assert.Empty(Errors(block)));
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void WhatTheReaderTakesAndRendersTheSchemaTakes(string folder)
    {
        string path = Path.Combine(Golden.Cases("render"), folder);

        Assert.Empty(Errors(File.ReadAllText(Path.Combine(path, "input.yaml"))));
        Assert.Empty(Errors(File.ReadAllText(Path.Combine(path, "expected.yaml"))));
        Assert.All(Directory.GetFiles(path, "overlay.yaml"), overlay => Assert.Empty(Validator.OfOverlays.Errors(YamlToJson.Convert(File.ReadAllText(overlay)))));
    }

    [Theory]
    [InlineData("namespaces: { a: { to: lan, dns: ~ } }", false)]
    [InlineData("namespaces: { a: { to: lan, interfaces: { e: { mtu: ~ } } } }", false)]
    [InlineData("switches: { lan: { ports: ~ } }", false)]
    [InlineData("cables: ~", false)]
    [InlineData("cables: [~]", false)]
    [InlineData("plugs: { p: ~ }", false)]
    [InlineData("checks: { c: ~ }", false)]
    [InlineData("switches: { lan: }\nnamespaces: { a: }", true)]
    [InlineData("switches: { lan: {} }\ntemplates: { t: { to: lan, gateway: 10.0.0.1 } }\nnamespaces: { a: { use: t, gateway: ~, address: 10.0.0.2/24 } }", true)]
    [InlineData("switches: { lan: {} }\ntemplates: { t: { services: { e: { run: x } } } }\nnamespaces: { a: { use: t, services: { e: { restart: always } } } }", true)]
    [InlineData("switches: { lan: {} }\ntemplates: { t: { sysctl: { net.a: 1 } }, u: { sysctl: ~ } }\nnamespaces: { a: { use: [t, u] } }", true)]
    public void NothingIsAValueWhereItMeansSomething(string text, bool isValid)
    {
        Assert.Equal(isValid, Validator.OfFiles.Takes(YamlToJson.Convert(text)));
        Assert.Equal(isValid, !TopologyReader.Read(System.Text.Encoding.UTF8.GetBytes(text), "lab.yaml").HasErrors);
    }

    [Theory]
    [InlineData("switches: { lan: { port: 4 } }")]
    [InlineData("switches: { lan: { ports: 0 } }")]
    [InlineData("switches: { lan: { ports: \"4\" } }")]
    [InlineData("switches: { lan: { mac-age: 5 } }")]
    [InlineData("switches: { lan: { hub: yes } }")]
    [InlineData("switches: { Lan: {} }")]
    [InlineData("switches: [lan]")]
    [InlineData("clouds: { c: lan }")]
    [InlineData("clouds: { c: { vxvde: 234.0.0.1, vni: 16777216 } }")]
    [InlineData("plugs: { p: { cable: x } }")]
    [InlineData("plugs: { p: { slirp: { tcp-forward: \"99999:10.0.2.15:80\" } } }")]
    [InlineData("plugs: { p: { slirp: { tcp-forward: [\"8080:10.0.2.15:65536\"] } } }")]
    [InlineData("plugs: { p: { slirp: { udp-forward: \"0:10.0.2.15:53\" } } }")]
    [InlineData("plugs: { p: { slirp: { udp-forward: \"5353:10.0.2.256:53\" } } }")]
    [InlineData("switches: { s: { socket: /tmp/s, numbered: { 32769: {} } } }")]
    [InlineData("switches: { s: { ports: 32769 } }")]
    [InlineData("cables: { a: b }")]
    [InlineData("machines: { m: { memory: 5 } }")]
    [InlineData("topology: My Lab")]
    [InlineData("namespaces: { a: { to: lan, address: 10.0.0.1 } }")]
    [InlineData("namespaces: { a: { to: lan, mtu: 1400 } }")]
    [InlineData("namespaces: { a: { interfaces: { lo: {} } } }")]
    [InlineData("namespaces: { a: { interfaces: { much-too-long-name: {} } } }")]
    [InlineData("namespaces: { a: { interfaces: { e: { mtu: 67 } } } }")]
    [InlineData("namespaces: { a: { interfaces: { e: { mac: 52:54:00:00:00 } } } }")]
    [InlineData("namespaces: { a: { sysctl: { kernel.hostname: x } } }")]
    [InlineData("namespaces: { a: { services: { s: { restart: always } } } }")]
    [InlineData("namespaces: { a: { services: { s: { run: [x], restart: sometimes } } } }")]
    [InlineData("namespaces: { a: { services: { s: { run: a b } } } }")]
    [InlineData("namespaces: { a: { routes: { 10.0.0.0: 10.0.0.1 } } }")]
    [InlineData("namespaces: { a: { routes: { default: { metric: 5 } } } }")]
    [InlineData("checks: { c: { from: A, ping: b } }")]
    [InlineData("checks: { c: { from: a, tcp: \"b\" } }")]
    [InlineData("checks: { c: { from: a, ping: b, expect: maybe } }")]
    [InlineData("clouds: { c: { vxvde: 234.0.0.1, vxlan: 239.1.1.1 } }")]
    [InlineData("clouds: { c: { vni: 1 } }")]
    [InlineData("clouds: { c: { vxvde: 234.0.0.1, unenforced: allow } }")]
    [InlineData("plugs: { p: { cmd: x, slirp: {} } }")]
    [InlineData("plugs: { p: { stack: [ { vlan: 4 } ] } }")]
    [InlineData("plugs: { p: { stack: [], over: \"tap://t\" } }")]
    [InlineData("plugs: { p: { stack: [ { vlan: 4, agno: {} } ], over: \"tap://t\" } }")]
    [InlineData("switches: { lan: { mode: \"0660\" } }")]
    [InlineData("cables: [ [a] ]")]
    [InlineData("cables: [ { ends: [a, b, c] } ]")]
    [InlineData("checks: { c: { from: a, among: a, ping: b } }")]
    [InlineData("checks: { c: { from: a } }")]
    [InlineData("namespaces: { a: { services: { s: { run: [] } } } }")]
    [InlineData("namespaces: { a: { services: { s: { run: x, ready: {} } } } }")]
    [InlineData("namespaces: { a: { to: lan, interfaces: {} } }")]
    [InlineData("namespaces: { a: { address: 10.0.0.1/24 } }")]
    public void WhatTheReaderRefusesForItsShapeTheSchemaRefuses(string text)
    {
        Assert.False(Validator.OfFiles.Takes(YamlToJson.Convert(text)));
        Assert.True(TopologyReader.Read(System.Text.Encoding.UTF8.GetBytes(text), "lab.yaml").HasErrors);
    }

    [Fact]
    public void TheSchemaDescribesEveryObjectOnce()
    {
        foreach (JsonNode node in Descendants(Validator.Text).Where(node => node is JsonObject one && one.ContainsKey("additionalProperties") && one.ContainsKey("properties")))
        {
            Assert.True(node.Parent == Validator.Text["$defs"], node.GetPath());
        }
    }

    [Fact]
    public void TheSchemaSaysOfEveryFieldWhatItIsWhatItCostsAndHowItIsWritten()
    {
        foreach (IObjectSchema schema in SectionList.Objects)
        {
            JsonObject properties = Properties(schema);
            Assert.Equal(schema.Fields.Select(field => field.Key), properties.Select(property => property.Key));
            foreach (FieldSchema field in schema.Fields)
            {
                JsonObject property = (JsonObject)properties[field.Key]!;
                Assert.StartsWith(field.Description, (string?)property["description"]);
                Assert.Equal(field.Cost?.ToString().ToLowerInvariant(), (string?)property["x-cost-class"]);
                Assert.Equal(field.DefaultText is not null, property.ContainsKey("default"));
                Validator validator = Validator.Of(property);
                Assert.All(((JsonArray)property["examples"]!).Concat(field.DefaultText is null ? [] : [property["default"]]), value => Assert.Empty(validator.Errors(value)));
            }
        }
    }

    [Fact]
    public void EveryFieldHasAnExampleThatItTakes()
    {
        foreach (FieldSchema field in SectionList.Objects.SelectMany(schema => schema.Fields))
        {
            var node = (MapNode)NodesOf.Text($"{field.Key}: {field.Example}", out _)!;

            Assert.True(field.Value.Takes(node.Entries[0].Value), $"{field.Key}: {field.Example}");
        }
    }

    [Fact]
    public void TheFieldListsSayWhatThePlanSays()
    {
        Topology topology = RenderCases.Read(File.ReadAllText(Path.Combine(Golden.Cases("render"), "everything", "input.yaml")));
        (string Kind, IObjectSchema Schema)[] kinds =
        [
            (Kinds.Switch, Find("switches.NAME")), (Kinds.Namespace, Find("namespaces.NAME")),
            (Kinds.Interface, Find("namespaces.NAME.interfaces.NAME")), (Kinds.Service, Find("namespaces.NAME.services.NAME")),
        ];
        foreach ((string kind, IObjectSchema schema) in kinds)
        {
            IResourceSpec[] specs = [.. topology.Resources.Where(resource => resource.Id.Kind == kind)];
            Assert.NotEmpty(specs);
            foreach (Field shown in specs.SelectMany(spec => spec.Fields).Where(shown => shown.Path != "state" && !shown.Path.StartsWith("routes.", StringComparison.Ordinal)))
            {
                FieldSchema field = schema.Fields.Single(field => field.Key == shown.Path.Split('.')[0]);
                Assert.Equal(shown.OnChange, field.Cost);
            }
        }

        Assert.Equal(SwitchSpec.DefaultPorts, SwitchSection.Ports.Default.Value);
        Assert.Equal(Durations.Print(SwitchSpec.DefaultMacAge), SwitchSection.MacAge.DefaultText);
    }

    static IObjectSchema Find(string path) => SectionList.Objects.Single(schema => schema.Path == path);

    static JsonObject Properties(IObjectSchema schema)
    {
        string name = ((string)new JsonDefinitions().Refer(schema, isLaidOver: false)["$ref"]!).Split('/')[^1];
        return (JsonObject)Validator.Text["$defs"]![name]!["properties"]!;
    }

    static IEnumerable<JsonNode> Descendants(JsonNode? node) => node switch
    {
        JsonObject map => map.SelectMany(entry => Descendants(entry.Value)).Prepend(map),
        JsonArray list => list.SelectMany(Descendants).Prepend(list),
        _ => [],
    };

    static IEnumerable<string> Errors(string yaml) => Validator.OfFiles.Errors(YamlToJson.Convert(yaml));
}

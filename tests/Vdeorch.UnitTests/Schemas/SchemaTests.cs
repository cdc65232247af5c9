using System.Text.Json.Nodes;
using NJsonSchema;
using NJsonSchema.Validation;
using Vdeorch.Model.Reading;
using Vdeorch.UnitTests.Reading;
using Vdeorch.Model.Reading.Sections;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;
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
    public void TheTablesOfTheLanguagePageAreTheModels()
    {
        string path = Path.Combine(Golden.Repository, "docs", "language.md");
        string page = File.ReadAllText(path);
        foreach ((string marker, string markdown) in LanguageTables.All)
        {
            string begin = $"<!-- begin {marker} -->\n";
            int start = page.IndexOf(begin, StringComparison.Ordinal);
            int end = page.IndexOf($"<!-- end {marker} -->", StringComparison.Ordinal);
            Assert.True(start >= 0 && end > start, $"docs/language.md has no place for the table of {marker}");
            page = $"{page[..(start + begin.Length)]}{markdown}{page[end..]}";
        }

        Golden.Matches(path, page);
    }

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task AnExampleIsValidByTheSchema(string file) =>
        Assert.Empty((await Schema()).Validate(YamlToJson.Convert(File.ReadAllText(Path.Combine(Golden.Repository, "topologies", file)))));

    [Theory]
    [MemberData(nameof(Documents))]
    public async Task WhatTheReaderTakesAndRendersTheSchemaTakes(string folder)
    {
        JsonSchema schema = await Schema();
        string path = Path.Combine(Golden.Cases("render"), folder);

        Assert.Empty(schema.Validate(YamlToJson.Convert(File.ReadAllText(Path.Combine(path, "input.yaml")))));
        Assert.Empty(schema.Validate(YamlToJson.Convert(File.ReadAllText(Path.Combine(path, "expected.yaml")))));
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
    [InlineData("machines: {}")]
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
    public async Task WhatTheReaderRefusesForItsShapeTheSchemaRefuses(string text)
    {
        Assert.NotEmpty((await Schema()).Validate(YamlToJson.Convert(text)));
        Assert.True(TopologyReader.Read(System.Text.Encoding.UTF8.GetBytes(text), "lab.yaml").HasErrors);
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

    static Task<JsonSchema> Schema() => JsonSchema.FromJsonAsync(TopologySchema.Generate());
}

static class SchemaValidation
{
    public static IEnumerable<string> Validate(this JsonSchema schema, JsonNode document) =>
        schema.Validate(document.ToJsonString()).Select(Describe);

    static string Describe(ValidationError error) => error.ToString();
}

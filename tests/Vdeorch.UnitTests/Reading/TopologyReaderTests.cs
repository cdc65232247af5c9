using System.Globalization;
using System.Text;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Reading;

public class TopologyReaderTests
{
    [Fact]
    public void AFileOfFiftyMegabytesIsRefusedUnread()
    {
        ReadResult read = TopologyReader.Read(new byte[50_000_000], "big.yaml");

        Assert.Equal(DiagnosticCatalog.TooLarge.Code, Assert.Single(read.Diagnostics).Code);
        Assert.Null(read.Topology);
    }

    [Fact]
    public void TheFirstThousandErrorsAreListed()
    {
        ReadResult read = Read($"switches:\n{string.Concat(Enumerable.Range(0, 1500).Select(i => $"  s{i}: {{ prots: 1 }}\n"))}");

        Assert.Equal(1001, read.Diagnostics.Length);
        Assert.Equal(DiagnosticCatalog.TooManyErrors.Code, read.Diagnostics[^1].Code);
    }

    [Theory]
    [InlineData(100_000, "[")]
    [InlineData(100_000, "{")]
    [InlineData(100_000, "- ")]
    [InlineData(1_000_000, "&a ")]
    [InlineData(1_000_000, "!a ")]
    [InlineData(1_000_000, "? ")]
    [InlineData(2_000_000, "a")]
    [InlineData(500_000, "'\n")]
    [InlineData(300_000, "a: ")]
    [InlineData(200_000, "*a\n")]
    [InlineData(200_000, "[a,")]
    [InlineData(1_000_000, "#\n")]
    public void HostileTextIsRefusedAtOnce(int count, string piece)
    {
        byte[] text = Encoding.UTF8.GetBytes(new StringBuilder().Insert(0, piece, count).ToString());

        ReadResult read = TopologyReader.Read(text.AsMemory(0, Math.Min(text.Length, TopologyReader.MaxBytes)), "lab.yaml");

        Assert.True(read.HasErrors);
    }

    [Fact]
    public void AFileOfManyThousandNamespacesIsRead()
    {
        Assert.Equal(19_000, Good(Flat(19_000)).Namespaces.Length);
    }

    [Fact]
    public void ThousandsOfMistakesAreSaidUpToALimit()
    {
        ReadResult read = Read(Flat(5000).Replace("to: lan", "to: lna", StringComparison.Ordinal));

        Assert.InRange(read.Diagnostics.Length, 1000, 1001);
    }

    [Fact]
    public void ACopiedFileTravelsWithTheInput()
    {
        TopologyInput input = TopologyInput.Of("lab.yaml", "/lab/lab.yaml", "switches: { lan: {} }\nnamespaces: { a: { to: lan, files: { etc/motd: { from: ./motd } } } }"u8.ToArray());
        ReadResult first = TopologyReader.Read(input, new OneFile("/lab/motd", "hello\n"));

        ReadResult again = TopologyReader.Read(first.Input);

        Assert.Equal("hello\n", Assert.Single(again.Topology!.Namespaces[0].Files).Text);
        Assert.True(again.Input.IsSameAs(first.Input));
        Assert.False(TopologyReader.Read(input, new OneFile("/lab/motd", "other\n")).Input.IsSameAs(first.Input));
    }

    [Fact]
    public void ACopiedFileIsTextInUtf8()
    {
        TopologyInput input = TopologyInput.Of("lab.yaml", "/lab/lab.yaml", "switches: { lan: {} }\nnamespaces: { a: { to: lan, files: { etc/localtime: { from: ./zone } } } }"u8.ToArray());

        Assert.Contains("is not text in UTF-8", Assert.Single(TopologyReader.Read(input, new OneFile("/lab/zone", "TZif2\0")).Diagnostics).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReplicasAreNamespacesInOrder()
    {
        Topology topology = Good("switches: { lan: {} }\nnamespaces: { web: { replicas: 12, to: lan, address: \"10.0.0.{{ index + 1 }}/24\" } }");

        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"web-{i}"), topology.Namespaces.Select(ns => ns.Name));
        Assert.Equal("10.0.0.12/24", topology.Interfaces[^1].Addresses[0].ToString());
        Assert.Equal(12, topology.Interfaces.DistinctBy(one => one.Mac).Count());
    }

    [Fact]
    public void AQuotedExpressionGivesANumber()
    {
        Topology topology = Good("switches: { lan: { ports: \"{{ 2 * 4 }}\" } }\nnamespaces: { a: { replicas: \"{{ 1 + 1 }}\", interfaces: { e: { to: lan, mtu: \"{{ 1400 + index }}\" } } } }");

        Assert.Equal(8, topology.Switches[0].Ports);
        Assert.Equal([1400, 1401], topology.Interfaces.Select(one => one.Mtu));
    }

    [Theory]
    [InlineData("0o17", 15)]
    [InlineData("0x10", 16)]
    [InlineData("+12", 12)]
    [InlineData("017", 17)]
    public void NumbersAreThoseOfYaml12(string text, int ports) =>
        Assert.Equal(ports, Good($"switches: {{ lan: {{ ports: {text} }} }}").Switches[0].Ports);

    [Theory]
    [InlineData("labs/hello.yaml", "hello")]
    [InlineData("/a/b.c/lab-1.yml", "lab-1")]
    [InlineData("plain", "plain")]
    public void AFileWithoutANameHasItsOwn(string file, string name) =>
        Assert.Equal(name, TopologyReader.Read("switches: {}"u8.ToArray(), file).Topology?.Name);

    [Theory]
    [InlineData("-", "add topology: lab")]
    [InlineData("My Lab.yaml", "add topology: my-lab")]
    [InlineData("lab.v2.yaml", "add topology: lab-v2")]
    public void AFileThatCannotNameATopologyIsTold(string file, string suggestion)
    {
        Diagnostic diagnostic = Assert.Single(TopologyReader.Read("switches: {}"u8.ToArray(), file).Diagnostics);

        Assert.Equal((DiagnosticCatalog.BadName.Code, 0, suggestion), (diagnostic.Code, diagnostic.Span.Line, diagnostic.Suggestion));
    }

    [Fact]
    public void WindowsLineEndsKeepLinesTrue()
    {
        Diagnostic diagnostic = Assert.Single(Read("switches:\r\n  lan: {}\r\nnamespaces:\r\n  \u00e9\U0001F600: {}\r\n  a: { to: lan }\r\n").Diagnostics);

        Assert.Equal(new SourceSpan(4, 3, 3), diagnostic.Span);
        Assert.Equal("  \u00e9\U0001F600: {}", diagnostic.Excerpt);
    }

    [Fact]
    public void APartOfAnAddressIsUnderlinedWhereItStands()
    {
        Diagnostic diagnostic = Read("switches: { lan: {} }\nnamespaces: { a: { to: lan, address: &here \"10.0.0.256/24\" } }").Diagnostics[0];

        Assert.Equal("256", diagnostic.Excerpt!.Substring(diagnostic.Span.Column - 1, diagnostic.Span.Length));
    }

    [Fact]
    public void ServicesWaitForTheInterfacesOfTheirNamespace()
    {
        Topology topology = Good("switches: { lan: {} }\nnamespaces: { a: { to: lan, services: { s: { run: [x] } } } }");

        Assert.Equal(["namespace/a", "interface/a/vde0"], topology.Services[0].DependsOn.Select(id => id.ToString()));
    }

    [Fact]
    public void ARouteBelongsToTheInterfaceWithTheNarrowestSubnet()
    {
        Topology topology = Good("""
            switches: { wide: {}, narrow: {} }
            namespaces: { a: { to: { wide: 10.0.0.1/8, narrow: 10.0.5.1/24 }, gateway: 10.0.5.9, routes: { 192.168.0.0/16: 10.9.0.1 } } }
            """);

        Assert.Equal(["routes.192.168.0.0/16"], topology.Interfaces[0].Routes.Select(route => route.Path));
        Assert.Equal(["routes.default"], topology.Interfaces[1].Routes.Select(route => route.Path));
    }

    [Fact]
    public void ANameIsReachedByItsIpv4AddressFirst()
    {
        Topology topology = Good("switches: { lan: {} }\nnamespaces: { a: { to: lan, address: [\"fd00::1/64\", 10.0.0.1/24] }, b: { to: lan, address: [\"fd00::2/64\", 10.0.0.2/24] } }\nchecks: { c: { from: a, ping: b } }");

        Assert.Equal("a ping 10.0.0.2", Assert.Single(topology.Checks[0].Probes).ToString());
    }

    static string Flat(int count) => $"topology: flat\nswitches: {{ lan: {{ ports: 32768 }} }}\nnamespaces:\n{string.Concat(Enumerable.Range(0, count).Select(i =>
        string.Create(CultureInfo.InvariantCulture, $"  n{i}: {{ to: lan, address: 10.{i / 250}.{i % 250}.1/8, gateway: 10.255.0.1 }}\n")))}";

    static ReadResult Read(string text) => TopologyReader.Read(Encoding.UTF8.GetBytes(text), "lab.yaml");

    static Topology Good(string text)
    {
        ReadResult read = Read(text);
        Assert.False(read.HasErrors, string.Join('\n', read.Diagnostics.Select(DiagnosticPrinter.Print)));
        return read.Topology!;
    }

    sealed class OneFile(string path, string text) : IFragments
    {
        public bool TryRead(string asked, out ReadOnlyMemory<byte> utf8, out string why)
        {
            (utf8, why) = (System.Text.Encoding.UTF8.GetBytes(text), "no such file");
            return asked == path;
        }
    }
}

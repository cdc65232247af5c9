using System.Text;
using Vdeorch.Model.Formatting;
using Vdeorch.Model.Reading;
using Vdeorch.UnitTests.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Formatting;

/// <summary>cases/format/CASE in its canonical form, and what must hold of every file.</summary>
public class FormatterTests
{
    public static TheoryData<string> Folders => Golden.Folders("format");

    [Theory]
    [MemberData(nameof(Folders))]
    public void AFileIsFormatted(string folder)
    {
        string path = Path.Combine(Golden.Cases("format"), folder);
        string text = File.ReadAllText(Path.Combine(path, "input.yaml"));

        Golden.Matches(Path.Combine(path, "expected.yaml"), Format(text));
        Formatted.CheckAll(text);
    }

    [Fact]
    public void EveryFileOfOursKeepsItsMeaningAndItsComments() => Assert.All(Formatted.Files, Formatted.CheckAll);

    [Fact]
    public void EveryExampleIsInItsCanonicalForm() =>
        Assert.All(Directory.GetFiles(Path.Combine(Golden.Repository, "topologies"), "*.yaml", SearchOption.AllDirectories), file => Assert.Equal(File.ReadAllText(file), Format(File.ReadAllText(file))));

    [Fact]
    public void EveryTopologyOfThePagesIsInItsCanonicalForm() => Assert.All(PageTopologies.All, text => Assert.Equal(text, Format(text)));

    [Theory]
    [InlineData("switches: { lan: {} }", "switches: { lan: {} }\n")]
    [InlineData("switches:\r\n    lan: {}\r\n", "switches:\n  lan: {}\n")]
    [InlineData("\uFEFFswitches: { lan: {} }\n\n\n", "switches: { lan: {} }\n")]
    [InlineData("\n\n# a\nswitches: { lan: { hub: true, ports: 4 } }   \n", "# a\nswitches: { lan: { ports: 4, hub: true } }\n")]
    [InlineData("x: |\n  a", "x: |\n  a")]
    [InlineData("? x\n: 1\ny:   2  \n", "? x\n: 1\ny:   2  \n")]
    [InlineData("# \u2028\nnamespaces: {}\nswitches: {}\n", "# \u2028\nnamespaces: {}\nswitches: {}\n")]
    public void WhatHasAFormOfItsOwnKeepsIt(string text, string expected) => Assert.Equal(expected, Format(text));

    [Theory]
    [InlineData("switches: { lan: {}", "VDE1004")]
    [InlineData("switches: {}\nswitches: {}", "VDE1007")]
    [InlineData("- a", "VDE1103")]
    [InlineData("", "VDE1013")]
    public void AFileThatIsNoYamlIsRefused(string text, string code)
    {
        FormatResult result = TopologyFormatter.Format(new InputFile("lab.yaml", "/lab.yaml", Encoding.UTF8.GetBytes(text)));

        Assert.Null(result.Text);
        Assert.Equal(code, Assert.Single(result.Diagnostics).Code);
    }

    static string Format(string text) => Formatted.Format(text);
}

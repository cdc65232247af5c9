using System.Text;
using Vdeorch.Engine.Operations;
using Vdeorch.Model.Reading;
using Xunit;

namespace Vdeorch.UnitTests.Operations;

public class UnreadInputTests
{
    const string Plain = """
        switches: { lan: {} }
        namespaces: { alice: { to: lan, address: 10.0.0.1/24 } }
        """;

    [Fact]
    public void WhatNobodyHasAWordToSayOfIsRead()
    {
        ReadResult? read = new UnreadInput().Read(Of(Plain));

        Assert.Equal("lab", read?.Topology?.Name);
    }

    [Theory]
    [InlineData("switches: { lan: {} }\nnamespaces: { alice: { to: lam } }")]
    [InlineData("switches: { lan: {} }")]
    [InlineData("include: [ other.yaml ]\n" + Plain)]
    [InlineData("plugs: { sealed: { stack: [ { agno: { key: office.key } } ], over: lan } }\n" + Plain + "\ncables: [ [ lan, sealed ] ]")]
    [InlineData(Plain + "\n  bob: { to: lan, address: 10.0.0.2/24, files: { etc/motd: { from: motd } } }")]
    public void TheRestIsTheVerbsToRead(string text) => Assert.Null(new UnreadInput().Read(Of(text)));

    static TopologyInput Of(string text) => TopologyInput.Of("lab.yaml", "/lab.yaml", Encoding.UTF8.GetBytes(text));
}

using System.Text;
using Vdeorch.Model.Reading;
using Xunit;

namespace Vdeorch.UnitTests.Reading;

/// <summary>Who may allow names of files to climb out of their directory.</summary>
public class PathPolicyTests
{
    const string Including = "include: { left: { file: ../common/branch.yaml } }\nswitches: { lan: {} }\nnamespaces: { a: { to: lan } }";
    const string Branch = "policy: { paths: anywhere }\nswitches: { in: { socket: ../../run/in } }\nnamespaces: { b: { to: in } }";

    [Fact]
    public void AFragmentOutsideIsReadWhenTheFileAllowsIt()
    {
        ReadResult read = Read("/labs/one/lab.yaml", $"policy: {{ paths: anywhere }}\n{Including}");

        Assert.Empty(read.Diagnostics);
        // From where the fragment lies.
        Assert.Equal("/run/in", read.Topology!.Switches.Single(sw => sw.Name == "left-in").Public!.Directory);
    }

    [Fact]
    public void AnOverlayMayAllowIt() =>
        Assert.Empty(Read("/labs/one/lab.yaml", Including, "policy: { paths: anywhere }").Diagnostics);

    [Fact]
    public void AFragmentCannotAllowItself()
    {
        ReadResult read = Read("/labs/lab.yaml", Including.Replace("../common", "common", StringComparison.Ordinal));

        Assert.Contains("paths: anywhere }, in the topology that includes this", Assert.Single(read.Diagnostics, one => one.Code == "VDE1123").Suggestion, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsAboveTheRootIsTheRoot() =>
        Assert.Equal("/run/x", Read("/lab.yaml", "policy: { paths: anywhere }\nswitches: { lan: { socket: ../../../run/x } }\nnamespaces: { a: { to: lan } }").Topology!.Switches[0].Public!.Directory);

    static ReadResult Read(string path, params string[] texts) => TopologyReader.Read(
        new TopologyInput { Files = [.. texts.Select((text, at) => new InputFile(at == 0 ? path : $"over{at}.yaml", at == 0 ? path : $"{path}{at}.yaml", Encoding.UTF8.GetBytes(text)))] }, new Shared());

    sealed class Shared : IFragments
    {
        public bool TryRead(string path, out ReadOnlyMemory<byte> utf8, out string why)
        {
            why = "no such file";
            utf8 = Encoding.UTF8.GetBytes(Branch);
            return path == "/labs/common/branch.yaml";
        }
    }
}

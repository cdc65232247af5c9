using System.Text;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Rendering;

/// <summary>cases/render/CASE/input.yaml in the long form.</summary>
public class RenderCases
{
    public static TheoryData<string> Folders => Golden.Folders("render");

    [Theory]
    [MemberData(nameof(Folders))]
    public void AFileRendersInItsLongForm(string folder)
    {
        string path = Path.Combine(Golden.Cases("render"), folder);
        string rendered = TopologyRenderer.Render(Read(File.ReadAllText(Path.Combine(path, "input.yaml"))));

        Golden.Matches(Path.Combine(path, "expected.yaml"), rendered);
        Assert.Equal(rendered, TopologyRenderer.Render(Read(rendered)));
    }

    internal static Topology Read(string text)
    {
        ReadResult read = TopologyReader.Read(Encoding.UTF8.GetBytes(text), "input.yaml");
        Assert.False(read.HasErrors, string.Join('\n', read.Diagnostics.Select(DiagnosticPrinter.Print)));
        return read.Topology!;
    }
}

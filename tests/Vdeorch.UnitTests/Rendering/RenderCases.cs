using System.Text;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Topologies;
using Vdeorch.UnitTests.Reading;
using Xunit;

namespace Vdeorch.UnitTests.Rendering;

/// <summary>cases/render/CASE in the long form.</summary>
public class RenderCases
{
    public static TheoryData<string> Folders => Golden.Folders("render");

    [Theory]
    [MemberData(nameof(Folders))]
    public void AFileRendersInItsLongForm(string folder)
    {
        string path = Path.Combine(Golden.Cases("render"), folder);
        string rendered = TopologyRenderer.Render(Checked(CaseInput.Read(path)));

        Golden.Matches(Path.Combine(path, "expected.yaml"), rendered);
        Assert.Equal(rendered, TopologyRenderer.Render(Read(rendered)));
    }

    /// <param name="folder">Of what it includes; null: nothing.</param>
    internal static Topology Read(string text, string? folder = null) =>
        Checked(TopologyReader.Read(TopologyInput.Of("input.yaml", "/input.yaml", Encoding.UTF8.GetBytes(text)), folder is null ? null : new CaseInput.Folder(folder)));

    static Topology Checked(ReadResult read)
    {
        Assert.False(read.HasErrors, string.Join('\n', read.Diagnostics.Select(DiagnosticPrinter.Print)));
        return read.Topology!;
    }
}

using Mono.Cecil;
using Xunit;

namespace Vdeorch.UnitTests.House;

/// <summary>The floors: Cli over Engine, Plugs, Linux, Model; Engine and Plugs over Linux and Model and strangers to each other.</summary>
public class FloorTests
{
    [Theory]
    [InlineData("Vdeorch.Model")]
    [InlineData("Vdeorch.Linux")]
    [InlineData("Vdeorch.Plugs", "Vdeorch.Linux", "Vdeorch.Model")]
    [InlineData("Vdeorch.Engine", "Vdeorch.Linux", "Vdeorch.Model")]
    [InlineData("vdeorch", "Vdeorch.Engine", "Vdeorch.Linux", "Vdeorch.Model", "Vdeorch.Plugs")]
    public void AnAssemblySeesOnlyTheFloorsBelowIt(string assembly, params string[] below)
    {
        using AssemblyDefinition read = Read(assembly);

        IEnumerable<string> seen = read.MainModule.AssemblyReferences.Select(reference => reference.Name)
            .Where(name => name.StartsWith("Vdeorch", StringComparison.OrdinalIgnoreCase));

        Assert.Empty(seen.Except(below));
    }

    [Theory]
    [InlineData("Vdeorch.Model")]
    [InlineData("Vdeorch.Plugs")]
    [InlineData("Vdeorch.Engine")]
    [InlineData("vdeorch")]
    public void OnlyLinuxHasPInvokes(string assembly)
    {
        using AssemblyDefinition read = Read(assembly);

        Assert.DoesNotContain(read.MainModule.GetTypes().SelectMany(type => type.Methods), method => method.HasPInvokeInfo);
        Assert.DoesNotContain(read.MainModule.AssemblyReferences, reference => reference.Name == "Tmds.LibC");
    }

    [Fact]
    public void TheModelTouchesNoFileProcessSocketOrClock()
    {
        using AssemblyDefinition read = Read("Vdeorch.Model");
        string[] forbidden =
        [
            "System.IO.File", "System.IO.Directory", "System.IO.FileStream", "System.Diagnostics.Process",
            "System.Net.Sockets.Socket", "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Environment",
        ];

        Assert.Empty(read.MainModule.GetTypeReferences().Select(type => type.FullName).Intersect(forbidden));
    }

    static AssemblyDefinition Read(string name) =>
        AssemblyDefinition.ReadAssembly(Path.Combine(AppContext.BaseDirectory, $"{name}.dll"));
}

using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Supervising;
using Xunit;

namespace Vdeorch.SystemTests;

/// <summary>Where the sockets of machines are: in one directory of the run directory, which comes with the first and goes with the last.</summary>
public class MachinePlaceTests
{
    [Fact]
    public async Task MachinesComeAndGoSideBySide()
    {
        string path = Directory.CreateTempSubdirectory("vt-").FullName;
        try
        {
            RunDirectory run = new(path, IsRootless: true, IsInside: true);
            await Task.WhenAll(Enumerable.Range(0, 4).Select(machine => Task.Run(() => ComeAndGo(run, $"m{machine}"))));

            Assert.Empty(Directory.EnumerateFileSystemEntries(path));
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    static void ComeAndGo(RunDirectory run, string machine)
    {
        for (int i = 0; i < 2000; i++)
        {
            MachineProcess.MakePlace(run, "lab", machine);
            Assert.True(Directory.Exists(run.Machine("lab", machine)));
            MachineProcess.RemovePlace(run, "lab", machine);
        }
    }
}

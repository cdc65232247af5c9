using System.Diagnostics;
using Xunit;

namespace Vdeorch.SystemTests;

public class CommandLineTests
{
    /// <summary>The published binary when CI names it, else the framework-dependent build beside the tests.</summary>
    static ProcessStartInfo Vdeorch(params string[] arguments)
    {
        string binary = System.Environment.GetEnvironmentVariable("VDEORCH_BINARY") ?? Path.Combine(AppContext.BaseDirectory, "vdeorch");
        return new ProcessStartInfo(binary, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
    }

    [Theory]
    [InlineData("--version", 0)]
    [InlineData("--nonsense", 64)]
    public async Task TheExitCodeSaysWhetherTheCommandLineWasUnderstood(string argument, int exitCode)
    {
        using Process process = Process.Start(Vdeorch(argument))!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(exitCode, process.ExitCode);
        Assert.Equal(exitCode == 0, output.Length > 0);
    }
}

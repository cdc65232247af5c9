using System.Text;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;
using Vdeorch.Linux.Processes;
using Xunit;

namespace Vdeorch.SystemTests.Kernel;

/// <summary>A process that has run to its end: what it printed on both outputs, and its exit code.</summary>
internal sealed record Ran(int? ExitCode, string Output)
{
    public static readonly string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public static SpawnRequest Shell(string script, params string[] arguments) => new()
    {
        Program = "/bin/sh",
        Arguments = ["sh", "-c", script, "sh", .. arguments],
        Environment = [Path],
    };

    public static async Task<Ran> Of(SpawnRequest request)
    {
        (Fd read, Fd write) = Syscalls.Pipe();
        using (read)
        {
            int pid;
            using (write)
            {
                pid = Spawner.Spawn(request with { StandardOutput = write, StandardError = write });
            }

            using ProcessHandle process = ProcessHandle.TryOpen(pid)!;
            string output = ReadAll(read);
            return new Ran(await process.WaitForExitAsync(TestContext.Current.CancellationToken), output);
        }
    }

    public static Task<Ran> Of(string script, params string[] arguments) => Of(Shell(script, arguments));

    public static string ReadAll(Fd from)
    {
        StringBuilder text = new();
        byte[] buffer = new byte[4096];
        int count;
        while ((count = Syscalls.ReadFully(from.Number, buffer)) > 0)
        {
            text.Append(Encoding.UTF8.GetString(buffer, 0, count));
        }

        return text.ToString();
    }
}

/// <summary>A directory of the test's own, gone with everything mounted in it afterwards.</summary>
internal sealed class Scratch : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("vdeorch-test-").FullName;

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

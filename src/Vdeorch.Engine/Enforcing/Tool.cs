using System.Text;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Engine.Enforcing;

/// <summary>A program of the host that sets something of a network namespace, as it is told on its standard input.</summary>
/// <param name="Purpose">For errors: what is set with it.</param>
sealed record Tool(VnfProgram Program, string Purpose)
{
    public string Name => Program.Name;

    /// <summary>What has it, in Debian.</summary>
    public string Package => Program.Package;

    /// <summary>What it sees in place of the host's own.</summary>
    public System.Collections.Immutable.ImmutableArray<BindMount> Binds { get; init; } = [];

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <param name="subject">For errors: what it is about.</param>
    /// <param name="net">The network namespace; null: the calling thread's.</param>
    /// <param name="input">It is read whole before anything is printed.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="LinuxException">It is missing, or refused; then nothing has changed.</exception>
    public async Task<string> RunAsync(string subject, Fd? net, string[] arguments, string input, CancellationToken ct)
    {
        (Fd inputReads, Fd inputWrites) = Descriptors.Pipe();
        (Fd outputReads, Fd outputWrites) = Descriptors.Pipe();
        using (inputReads)
        using (inputWrites)
        using (outputReads)
        {
            int pid;
            using (outputWrites)
            {
                pid = Start(net, arguments, inputReads, outputWrites);
            }
            using ProcessHandle? process = ProcessHandle.TryOpen(pid);
            try
            {
                Descriptors.Write(inputWrites, Encoding.UTF8.GetBytes(input));
            }
            catch (LinuxException gone) when (gone.Errno == Errnos.BrokenPipe)
            {
                // It has ended early; what it printed says why.
            }

            inputWrites.Dispose();
            Task<string> output = Task.Run(() => Descriptors.ReadToEnd(outputReads), CancellationToken.None);
            int? exitCode = process is null ? null : await WaitAsync(process, subject, ct).ConfigureAwait(false);
            string printed = await output.ConfigureAwait(false);
            return exitCode == 0 ? printed : throw new LinuxException(Errnos.Invalid, Name, subject, printed.ReplaceLineEndings(" ").Trim());
        }
    }

    async Task<int?> WaitAsync(ProcessHandle process, string subject, CancellationToken ct)
    {
        try
        {
            return await process.WaitForExitAsync(CancellationToken.None).WaitAsync(s_patience, ct).ConfigureAwait(false);
        }
        catch (Exception stuck) when (stuck is TimeoutException or OperationCanceledException)
        {
            process.Signal(Signals.Kill);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw stuck is TimeoutException ? new LinuxException(Errnos.TimedOut, Name, subject) : stuck;
        }
    }

    int Start(Fd? net, string[] arguments, Fd input, Fd output)
    {
        try
        {
            return Spawner.Spawn(new SpawnRequest
            {
                Program = Name,
                Arguments = [Name, .. arguments],
                Environment = [$"PATH={Hosting.Programs.SearchPath}", "LANG=C.UTF-8"],
                JoinNet = net,
                Binds = Binds,
                StandardInput = input,
                StandardOutput = output,
                StandardError = output,
                Privileges = Supervising.ServiceProcess.ForUsers,
            });
        }
        catch (LinuxException missing) when (missing.Errno == Errnos.NoEntry)
        {
            throw new LinuxException(missing.Errno, missing.Operation, missing.Subject, $"{Purpose} set with it; install the package '{Package}'");
        }
    }
}

using System.Diagnostics;
using System.Text;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>A program that has ended.</summary>
public sealed record Finished(string CommandLine, int ExitCode, string Out, string Err, TimeSpan Took)
{
    /// <summary>Fails the test with all that was printed unless the program ended so.</summary>
    public Finished Exited(int exitCode)
    {
        if (ExitCode != exitCode)
        {
            Assert.Fail($"exit code {ExitCode}, not {exitCode}\n{this}");
        }

        return this;
    }

    public override string ToString() => $"$ {CommandLine}\n{Out}{Err}exit code {ExitCode}, {Took.TotalMilliseconds:0} ms";
}

/// <summary>A program that runs. Disposing kills it.</summary>
public sealed class Running : IAsyncDisposable
{
    readonly Process _process;
    readonly Stopwatch _watch = Stopwatch.StartNew();
    readonly string _commandLine;
    readonly StringBuilder _out = new(), _err = new();
    readonly Task _reading;
    int _isDisposed;

    Running(Process process, string commandLine)
    {
        _process = process;
        _commandLine = commandLine;
        _reading = Task.WhenAll(CopyAsync(process.StandardOutput, _out), CopyAsync(process.StandardError, _err));
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public StreamWriter Input => _process.StandardInput;

    public string Output
    {
        get
        {
            lock (_out)
            {
                return _out.ToString();
            }
        }
    }

    public string Errors
    {
        get
        {
            lock (_err)
            {
                return _err.ToString();
            }
        }
    }

    public static Running Start(IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment = null, string? directory = null)
    {
        // Whoever runs the tests in the background has them ignore SIGINT, and all that they start.
        ProcessStartInfo start = new("env", ["--default-signal=INT,QUIT", .. command])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "/",
        };
        foreach ((string key, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[key] = value;
        }

        return new Running(Process.Start(start)!, string.Join(' ', command));
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="patience">Then it is killed and the test fails.</param>
    public static async Task<Finished> ToEndAsync(IReadOnlyList<string> command, IReadOnlyDictionary<string, string?>? environment = null, string? directory = null, string input = "", TimeSpan? patience = null)
    {
        await using Running running = Start(command, environment, directory);
        try
        {
            await running.Input.WriteAsync(input);
            running.Input.Close();
        }
        catch (IOException)
        {
            // It ended without reading, which is its right.
        }

        return await running.EndAsync(patience);
    }

    public async Task<Finished> EndAsync(TimeSpan? patience = null)
    {
        TimeSpan longest = patience ?? TimeSpan.FromSeconds(60);
        try
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(longest);
            await _reading.WaitAsync(TimeSpan.FromSeconds(5));
        }
        catch (TimeoutException)
        {
            string why = _process.HasExited ? "ended, but somebody still holds its output" : "still runs";
            throw new TimeoutException($"after {longest.TotalSeconds} s it {why}:\n{new Finished(_commandLine, -1, Output, Errors, _watch.Elapsed)}");
        }

        return new Finished(_commandLine, _process.ExitCode, Output, Errors, _watch.Elapsed);
    }

    public Task SignalAsync(string signal) => Processes.SignalAsync(Pid, signal);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 1)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        // Disposing a process leaves the streams that were used open, for the finalizer.
        try
        {
            await _process.StandardInput.DisposeAsync();
        }
        catch (IOException)
        {
            // What was still to be written has no reader any more.
        }

        _process.StandardOutput.Dispose();
        _process.StandardError.Dispose();
        _process.Dispose();
    }

    static async Task CopyAsync(StreamReader from, StringBuilder into)
    {
        char[] block = new char[4096];
        try
        {
            while (await from.ReadAsync(block) is > 0 and int count)
            {
                lock (into)
                {
                    into.Append(block, 0, count);
                }
            }
        }
        catch (Exception closed) when (closed is ObjectDisposedException or IOException or OperationCanceledException)
        {
            // Nobody wants the rest.
        }
    }
}

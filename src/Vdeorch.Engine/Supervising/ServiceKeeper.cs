using System.Globalization;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Hosting;
using Vdeorch.Engine.Notes;
using Vdeorch.Linux;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Supervising;

/// <summary>Keeps one service as its file says: started, restarted with back-off, or left when it has finished.</summary>
internal sealed class ServiceKeeper(RunDirectory run, string topology, ServiceSpec spec, ILogger log, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan s_grace = TimeSpan.FromSeconds(5);

    readonly Lock _turn = new();
    readonly BackOff _backOff = new(clock, firstIsFree: false);

    ProcessHandle? _process;
    bool _isWanted;

    public ServiceSpec Spec { get; private set; } = spec;

    public int Restarts { get; private set; }

    /// <summary>Null: it runs, or has finished, or was stopped. Else when it will be started again, for people.</summary>
    public string? Waiting { get; private set; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Starts it unless it runs; ends a back-off.</summary>
    /// <exception cref="LinuxException">The program cannot be started.</exception>
    public void Start()
    {
        lock (_turn)
        {
            if (!IsRunning)
            {
                _isWanted = true;
                Launch();
            }
        }
    }

    /// <summary>Takes over the process that runs.</summary>
    public void Adopt(int pid)
    {
        lock (_turn)
        {
            if (ProcessHandle.TryOpen(pid) is { } process)
            {
                _isWanted = true;
                Watch(process);
                log.Adopted(topology, Spec.Id, pid);
            }
        }
    }

    /// <summary>New policy or readiness for a process that goes on as it is.</summary>
    public void Change(ServiceSpec spec)
    {
        lock (_turn)
        {
            Spec = spec;
        }
    }

    /// <summary>SIGTERM to its process group, SIGKILL after 5 s, and to those of the group that outlived it.</summary>
    public async Task StopAsync()
    {
        ProcessHandle? process;
        lock (_turn)
        {
            _isWanted = false;
            Waiting = null;
            process = _process;
            _process = null;
        }

        if (process is { HasExited: false })
        {
            process.SignalGroup(Signals.Term);
            await Task.WhenAny(process.WaitForExitAsync(CancellationToken.None), Task.Delay(s_grace, clock));
            process.SignalGroup(Signals.Kill);
            await process.WaitForExitAsync(CancellationToken.None);
            log.Stopped(topology, Spec.Id);
        }

        ServiceExit.Forget(run, topology, Spec.Id.Name);
        ServiceStart.Forget(run, topology, Spec.Id.Name);
    }

    /// <summary>Lets go and leaves it running.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            _isWanted = false;
            _process?.Dispose();
            _process = null;
        }
    }

    // Under the lock.
    void Launch()
    {
        Waiting = null;
        ServiceExit.Forget(run, topology, Spec.Id.Name);
        int pid = ServiceProcess.Start(run, topology, Spec);
        if (ProcFs.StartTime(pid) is { } started)
        {
            new ServiceStart(pid, started, ServiceSpec.PrintRun(Spec.Run), new Dictionary<string, string>(Spec.Env)).Write(run, topology, Spec.Id.Name);
        }

        _backOff.Started();
        log.Started(topology, Spec.Id, pid);
        Watch(ProcessHandle.TryOpen(pid)!);
    }

    void Watch(ProcessHandle process)
    {
        _process = process;
        _ = DecideWhenItEndsAsync(process);
    }

    async Task DecideWhenItEndsAsync(ProcessHandle process)
    {
        // Null: not our child, its exit code is lost; that counts as a failure.
        int? code;
        try
        {
            code = await process.WaitForExitAsync(CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The keeper let go of it.
            return;
        }

        string how = code is { } known ? string.Create(CultureInfo.InvariantCulture, $"exit {known}") : "exit unknown";
        while (true)
        {
            TimeSpan delay;
            lock (_turn)
            {
                if (!_isWanted || _process != process)
                {
                    return;
                }

                if (Spec.Restart == RestartPolicy.No || (Spec.Restart == RestartPolicy.OnFailure && code == 0))
                {
                    _isWanted = false;
                    Note(code ?? 1);
                    log.Finished(topology, Spec.Id, how);
                    return;
                }

                // What it left behind holds its ports, its locks and its files.
                process.SignalGroup(Signals.Kill);
                delay = _backOff.Next();
                Waiting = string.Create(CultureInfo.InvariantCulture, $"{how}, {_backOff.Failures} times in a row, next start in {delay.TotalSeconds:0.#} s");
                log.Ended(topology, Spec.Id, how, delay);
            }

            await Task.Delay(delay, clock);
            lock (_turn)
            {
                if (!_isWanted || _process != process)
                {
                    return;
                }

                try
                {
                    Restarts++;
                    Launch();
                    process.Dispose();
                    return;
                }
                catch (LinuxException refused)
                {
                    how = refused.Message;
                    log.StartFailed(topology, Spec.Id, refused.Message);
                }
            }
        }
    }

    void Note(int code) =>
        new ServiceExit(code, clock.GetUtcNow(), ServiceSpec.PrintRun(Spec.Run), new Dictionary<string, string>(Spec.Env)).Write(run, topology, Spec.Id.Name);
}

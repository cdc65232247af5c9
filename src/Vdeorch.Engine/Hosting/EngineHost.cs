using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Observing;
using Vdeorch.Engine.Operations;
using Vdeorch.Engine.Supervising;
using Vdeorch.Linux.Namespaces;
using Vdeorch.Linux.Processes;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Hosting;

/// <summary>The engine: composes the parts, adopts what runs, then serves the API until told to stop.</summary>
internal sealed class EngineHost(RunDirectory run)
{
    public async Task<int> RunAsync(Action ready, CancellationToken ct)
    {
        Pins.PrepareDirectory(run.Pins, tmpfs: run.IsRootless);
        Directory.CreateDirectory(run.Topologies);
        await using WebApplication app = Build();
        ILogger log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("vdeorch");
        IHostApplicationLifetime lifetime = app.Lifetime;

        using NamespaceThread kernel = new("vdeorch-kernel");
        using TopologyOperations operations = new(run, kernel, log, TimeProvider.System);
        EngineStatusReporter reporter = new(run, operations, TimeProvider.System.GetUtcNow());
        ApiServer api = new(operations, reporter, log, lifetime.StopApplication, lifetime.ApplicationStopping);
        app.Run(api.ServeAsync);

        // Before the API answers, so that nobody applies to a world that is not adopted yet.
        reporter.Adopted = await Adoption.RunAsync(run, operations, log);
        operations.Confirmations.Resume();
        File.Delete(run.ApiSocket);
        await app.StartAsync(ct);
        File.SetUnixFileMode(run.ApiSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        log.EngineStarted(Environment.ProcessId, run.Path);
        ready();
        ServiceManager.Notify("READY=1");

        using DriftWatch watch = new(run, operations, log, TimeProvider.System);
        watch.Start(Durations.TryParse(Environment.GetEnvironmentVariable(DriftWatch.EveryVariable) ?? "", out TimeSpan every) ? every : DriftWatch.DefaultEvery);
        using HangWatch hangs = new(operations, TimeProvider.System);
        hangs.Start();
        using AnchorGuard? guard = run.IsRootless ? new AnchorGuard(run, log) : null;
        using CancellationTokenRegistration stop = ct.Register(lifetime.StopApplication);
        await app.WaitForShutdownAsync(CancellationToken.None);
        ServiceManager.Notify("STOPPING=1");
        if (WorldObserver.Topologies(run).IsEmpty)
        {
            // It keeps namespaces alive, and there are none to keep.
            guard?.EndAnchor();
        }

        log.EngineStopped();
        File.Delete(run.ApiSocket);
        return ExitCodes.Ok;
    }

    WebApplication Build()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.ListenUnixSocket(run.ApiSocket);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ApiServer.MaxRequestBytes;
            // An apply may say nothing for longer than any data rate allows.
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Logging.SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddConsole(console =>
            {
                console.FormatterName = LogLines.FormatName;
                console.LogToStandardErrorThreshold = LogLevel.Trace;
            })
            .Services.AddSingleton<ConsoleFormatter>(new LogLines(TimeProvider.System));
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        return builder.Build();
    }
}

/// <summary>Puts another anchor into the engine's own namespaces when the anchor is killed, so that they outlive the engine.</summary>
internal sealed class AnchorGuard : IDisposable
{
    readonly CancellationTokenSource _stop = new();
    readonly RunDirectory _run;
    readonly ILogger _log;

    public AnchorGuard(RunDirectory run, ILogger log)
    {
        _run = run;
        _log = log;
        _ = KeepAsync();
    }

    /// <summary>Stops guarding and ends the anchor: whoever is still in its namespaces is the last.</summary>
    public void EndAnchor()
    {
        _stop.Cancel();
        foreach (int pid in AnchorProcess.Pids(_run))
        {
            using ProcessHandle? anchor = ProcessHandle.TryOpen(pid);
            anchor?.Signal(Signals.Kill);
        }

        File.Delete(_run.AnchorPid);
    }

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    async Task KeepAsync()
    {
        CancellationToken ct = _stop.Token;
        int pid = AnchorProcess.Pids(_run).FirstOrDefault();
        try
        {
            while (true)
            {
                using (ProcessHandle? anchor = pid > 0 ? ProcessHandle.TryOpen(pid) : null)
                {
                    if (anchor is not null)
                    {
                        await anchor.WaitForExitAsync(ct);
                    }
                }

                ct.ThrowIfCancellationRequested();
                pid = Spawner.Spawn(new SpawnRequest
                {
                    Program = "sleep",
                    Arguments = [Anchor.Name, "infinity"],
                    Environment = ["PATH=/usr/bin:/bin", $"{Marks.Anchor}={_run.Path}"],
                    NewSession = true,
                    Privileges = Privileges.None,
                });
                await File.WriteAllTextAsync(_run.AnchorPid, pid.ToString(CultureInfo.InvariantCulture), ct);
                _log.AnchorReplaced(pid);
            }
        }
        catch (OperationCanceledException)
        {
            // The engine ends; the anchor stays.
        }
    }
}

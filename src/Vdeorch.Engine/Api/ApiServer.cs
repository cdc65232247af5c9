using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Vdeorch.Engine.Operations;
using Vdeorch.Engine.Supervising;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Api;

/// <summary>
/// The engine's HTTP API: GET /v1/engine, GET /v1/status, POST /v1/apply, /v1/destroy, /v1/check, /v1/confirm, /v1/adopt, /v1/interrupt,
/// /v1/stop. Operations answer with one JSON object a line, as things happen; a client that goes away interrupts its operation.
/// </summary>
internal sealed class ApiServer(TopologyOperations operations, EngineStatusReporter reporter, ILogger log, Action stop, CancellationToken stopping)
{
    // A topology of 4 MiB, escaped as a JSON string at its worst.
    public const long MaxRequestBytes = 32 << 20;

    // By the name their clients gave them.
    readonly ConcurrentDictionary<string, CancellationTokenSource> _running = new();

    public Task ServeAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/v1/engine") => AnswerAsync(context, StatusCodes.Status200OK, reporter.Engine(), ApiJson.Default.EngineStatus),
        ("GET", "/v1/status") => AnswerAsync(context, StatusCodes.Status200OK, reporter.Report(context.Request.Query["topology"]), ApiJson.Default.StatusReport),
        ("POST", "/v1/apply") => ApplyAsync(context),
        ("POST", "/v1/destroy") => OperateAsync(context, "destroy", operations.DestroyAsync),
        ("POST", "/v1/check") => OperateAsync(context, "check", TopologyOperations.CheckAsync),
        ("POST", "/v1/confirm") => ConfirmAsync(context),
        ("POST", "/v1/adopt") => AdoptAsync(context),
        ("POST", "/v1/interrupt") => InterruptAsync(context),
        ("POST", "/v1/stop") => StopAsync(context),
        _ => RefuseAsync(context, StatusCodes.Status404NotFound, new ApiError(ExitCodes.Failed, $"no such call: {context.Request.Method} {context.Request.Path}")),
    };

    async Task ApplyAsync(HttpContext context)
    {
        ApplyRequest? request;
        try
        {
            request = await JsonSerializer.DeserializeAsync(context.Request.Body, ApiJson.Default.ApplyRequest, context.RequestAborted);
        }
        catch (JsonException damaged)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, new ApiError(ExitCodes.Failed, damaged.Message));
            return;
        }

        if (request is null)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, new ApiError(ExitCodes.Failed, "an apply request is needed"));
            return;
        }

        try
        {
            (Topology topology, IDisposable turn, TopologyKeeper keeper) = operations.BeginApply(request);
            using (turn)
            {
                await StreamAsync(context, keeper, "apply", (emit, ct) => operations.ApplyAsync(request, topology, keeper, emit, ct));
            }
        }
        catch (RefusedException refused)
        {
            await RefuseAsync(context, refused.WantsReading ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status409Conflict, new ApiError(refused.ExitCode, refused.Message));
        }
    }

    async Task OperateAsync(HttpContext context, string operation, Func<TopologyKeeper, Action<ProgressEvent>, CancellationToken, Task<OperationEnd>> work)
    {
        try
        {
            (IDisposable turn, TopologyKeeper keeper) = operations.Begin(context.Request.Query["topology"].ToString(), operation);
            using (turn)
            {
                await StreamAsync(context, keeper, operation, (emit, ct) => work(keeper, emit, ct));
            }
        }
        catch (RefusedException refused)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, new ApiError(refused.ExitCode, refused.Message));
        }
    }

    // The operation never waits for the client: events queue up, and are flushed when the queue is empty.
    async Task StreamAsync(HttpContext context, TopologyKeeper keeper, string operation, Func<Action<ProgressEvent>, CancellationToken, Task<OperationEnd>> work)
    {
        context.Response.ContentType = "application/x-ndjson";
        if (stopping.IsCancellationRequested)
        {
            // Without an answer: nothing was begun, and the client asks the next engine.
            context.Abort();
            return;
        }

        using CancellationTokenSource interrupted = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        string name = context.Request.Headers[EngineClient.OperationHeader].ToString() is { Length: > 0 } given ? given : Guid.NewGuid().ToString("N");
        _running[name] = interrupted;
        try
        {
            // Whoever has the headers may interrupt.
            await context.Response.StartAsync(CancellationToken.None);
            await WorkAsync(context, keeper, operation, work, interrupted.Token);
        }
        finally
        {
            _running.TryRemove(name, out _);
        }
    }

    async Task WorkAsync(HttpContext context, TopologyKeeper keeper, string operation, Func<Action<ProgressEvent>, CancellationToken, Task<OperationEnd>> work, CancellationToken ct)
    {
        Channel<ProgressEvent> events = Channel.CreateUnbounded<ProgressEvent>(new UnboundedChannelOptions { SingleReader = true });
        Task working = Task.Run(async () =>
        {
            OperationEnd end;
            try
            {
                end = await work(progress => events.Writer.TryWrite(progress), ct);
            }
            catch (OperationCanceledException)
            {
                end = new OperationEnd(ExitCodes.Interrupted, "interrupted");
            }
            catch (Exception broke)
            {
                // The boundary of the operation: the engine and its other topologies live on.
                log.OperationBroke(keeper.Name, operation, broke);
                end = new OperationEnd(ExitCodes.Failed, $"vdeorch itself failed: {broke.Message}; vdeorch engine logs says more");
            }

            log.OperationEnded(keeper.Name, operation, end.ExitCode);
            events.Writer.TryWrite(new ProgressEvent { End = end });
            events.Writer.Complete();
        }, CancellationToken.None);
        try
        {
            await WriteAsync(context, events.Reader);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The client went away, which has interrupted the work.
        }

        await working;
    }

    Task ConfirmAsync(HttpContext context)
    {
        string topology = context.Request.Query["topology"].ToString();
        try
        {
            // In turn, so that nothing is confirmed that is being taken back.
            (IDisposable turn, _) = operations.Begin(topology, "confirm");
            using (turn)
            {
                if (!operations.Confirmations.Confirm(topology))
                {
                    return RefuseAsync(context, StatusCodes.Status409Conflict, new ApiError(ExitCodes.Failed, $"nothing of '{topology}' waits to be confirmed: it was applied without --confirm, confirmed already, or the time was up"));
                }
            }
        }
        catch (RefusedException refused)
        {
            return RefuseAsync(context, StatusCodes.Status409Conflict, new ApiError(refused.ExitCode, refused.Message));
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    async Task AdoptAsync(HttpContext context)
    {
        IQueryCollection query = context.Request.Query;
        try
        {
            await operations.AdoptAsync(query["topology"].ToString(), query["namespace"].ToString(), query["path"].ToString(), query["interface"].OfType<string>().ToHashSet());
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (RefusedException refused)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, new ApiError(refused.ExitCode, refused.Message));
        }
    }

    Task InterruptAsync(HttpContext context)
    {
        string name = context.Request.Query["operation"].ToString();
        try
        {
            if (_running.TryGetValue(name, out CancellationTokenSource? operation))
            {
                operation.Cancel();
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            }
        }
        catch (ObjectDisposedException)
        {
            // It ended between the two lines.
        }

        return RefuseAsync(context, StatusCodes.Status404NotFound, new ApiError(ExitCodes.Failed, $"no operation '{name}' is running"));
    }

    static async Task WriteAsync(HttpContext context, ChannelReader<ProgressEvent> events)
    {
        while (await events.WaitToReadAsync(context.RequestAborted))
        {
            while (events.TryRead(out ProgressEvent? progress))
            {
                JsonSerializer.Serialize(new Utf8JsonWriter(context.Response.BodyWriter), progress, ApiJson.Default.ProgressEvent);
                context.Response.BodyWriter.GetSpan(1)[0] = (byte)'\n';
                context.Response.BodyWriter.Advance(1);
            }

            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    async Task StopAsync(HttpContext context)
    {
        if (context.Request.Query["if"] == "idle" && !operations.IsIdle)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, new ApiError(ExitCodes.Busy, "the engine has topologies to keep"));
            return;
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        await context.Response.CompleteAsync();
        stop();
    }

    static Task RefuseAsync(HttpContext context, int status, ApiError error) => AnswerAsync(context, status, error, ApiJson.Default.ApiError);

    static async Task AnswerAsync<T>(HttpContext context, int status, T body, JsonTypeInfo<T> shape)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(context.Response.Body, body, shape, context.RequestAborted);
    }
}

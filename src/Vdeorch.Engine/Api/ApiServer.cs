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
/// The engine's HTTP API: GET /v1/engine, GET /v1/status, POST /v1/apply, /v1/destroy, /v1/check, /v1/stop. Operations
/// answer with one JSON object a line, as things happen; a client that goes away interrupts its operation.
/// </summary>
internal sealed class ApiServer(TopologyOperations operations, EngineStatusReporter reporter, ILogger log, Action stop, CancellationToken stopping)
{
    // A topology of 4 MiB, escaped as a JSON string at its worst.
    public const long MaxRequestBytes = 32 << 20;

    public Task ServeAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        ("GET", "/v1/engine") => AnswerAsync(context, StatusCodes.Status200OK, reporter.Engine(), ApiJson.Default.EngineStatus),
        ("GET", "/v1/status") => AnswerAsync(context, StatusCodes.Status200OK, reporter.Report(context.Request.Query["topology"]), ApiJson.Default.StatusReport),
        ("POST", "/v1/apply") => ApplyAsync(context),
        ("POST", "/v1/destroy") => OperateAsync(context, "destroy", operations.DestroyAsync),
        ("POST", "/v1/check") => OperateAsync(context, "check", TopologyOperations.CheckAsync),
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
                await StreamAsync(context, keeper, "apply", (emit, ct) => TopologyOperations.ApplyAsync(request, topology, keeper, emit, ct));
            }
        }
        catch (RefusedException refused)
        {
            await RefuseAsync(context, StatusCodes.Status409Conflict, new ApiError(refused.ExitCode, refused.Message));
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
        Channel<ProgressEvent> events = Channel.CreateUnbounded<ProgressEvent>(new UnboundedChannelOptions { SingleReader = true });
        using CancellationTokenSource interrupted = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        Task working = Task.Run(async () =>
        {
            OperationEnd end;
            try
            {
                end = await work(progress => events.Writer.TryWrite(progress), interrupted.Token);
            }
            catch (OperationCanceledException)
            {
                end = new OperationEnd(ExitCodes.Interrupted, "interrupted");
            }
            catch (Exception broke)
            {
                // The boundary of the operation: the engine and its other topologies live on.
                log.OperationBroke(keeper.Name, operation, broke);
                end = new OperationEnd(ExitCodes.Failed, $"vdeorch itself failed: {broke.Message}; engine.log says more");
            }

            log.OperationEnded(keeper.Name, operation, end.ExitCode);
            events.Writer.TryWrite(new ProgressEvent { End = end });
            events.Writer.Complete();
        });
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

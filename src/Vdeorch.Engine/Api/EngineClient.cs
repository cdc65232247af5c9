using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Vdeorch.Engine.Api;

/// <summary>Asks the engine: HTTP on its unix socket. Owns its connections.</summary>
/// <remarks>Every call throws <see cref="EngineException"/> for what the engine refused and when no engine answers, except where said otherwise.</remarks>
public sealed class EngineClient : IDisposable
{
    /// <summary>Of a request that begins an operation: the name by which it can be interrupted, unguessable.</summary>
    internal const string OperationHeader = "Vdeorch-Operation";

    readonly string socket;
    readonly HttpClient http;

    /// <param name="socket">Path of the engine's API socket; nothing is opened before the first call.</param>
    public EngineClient(string socket)
    {
        this.socket = socket;
        http = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync, UseProxy = false, UseCookies = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri("http://engine/"),
            // An apply lasts as long as its own timeout says; the engine keeps it.
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <returns>Null when no engine answers.</returns>
    public async Task<EngineStatus?> FindEngineAsync(CancellationToken ct)
    {
        try
        {
            return await GetAsync("v1/engine", ApiJson.Default.EngineStatus, ct);
        }
        catch (EngineException e) when (e.IsUnreachable)
        {
            return null;
        }
    }

    /// <param name="topology">Null for all of them.</param>
    public Task<StatusReport> GetStatusAsync(string? topology, CancellationToken ct) =>
        GetAsync(topology is null ? "v1/status" : $"v1/status?topology={Uri.EscapeDataString(topology)}", ApiJson.Default.StatusReport, ct);

    /// <param name="request">What is to be made true.</param>
    /// <param name="stop">Asks the engine to interrupt the operation; its events go on until it has said how that came out. Cancel the enumeration to leave at once.</param>
    public IAsyncEnumerable<ProgressEvent> ApplyAsync(ApplyRequest request, CancellationToken stop) =>
        StreamAsync("v1/apply", JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Default.ApplyRequest), stop);

    /// <inheritdoc cref="ApplyAsync"/>
    public IAsyncEnumerable<ProgressEvent> DestroyAsync(string topology, CancellationToken stop) =>
        StreamAsync($"v1/destroy?topology={Uri.EscapeDataString(topology)}", [], stop);

    /// <inheritdoc cref="ApplyAsync"/>
    public IAsyncEnumerable<ProgressEvent> CheckAsync(string topology, CancellationToken stop) =>
        StreamAsync($"v1/check?topology={Uri.EscapeDataString(topology)}", [], stop);

    /// <summary>What was applied under the condition that somebody confirms it stays. Refused when nothing waits for that.</summary>
    public async Task ConfirmAsync(string topology, CancellationToken ct)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"v1/confirm?topology={Uri.EscapeDataString(topology)}");
        using HttpResponseMessage response = await SendAsync(request, ct);
    }

    /// <summary>Takes a network namespace that is there already into a topology.</summary>
    /// <param name="ns">What it is called there.</param>
    /// <param name="path">A file of it, absolute.</param>
    /// <param name="interfaces">That the topology is to have in it.</param>
    public async Task AdoptAsync(string topology, string ns, string path, IEnumerable<string> interfaces, CancellationToken ct)
    {
        string more = string.Concat(interfaces.Select(name => $"&interface={Uri.EscapeDataString(name)}"));
        using HttpRequestMessage request = new(HttpMethod.Post, $"v1/adopt?topology={Uri.EscapeDataString(topology)}&namespace={Uri.EscapeDataString(ns)}&path={Uri.EscapeDataString(path)}{more}");
        using HttpResponseMessage response = await SendAsync(request, ct);
    }

    /// <summary>Asks the engine to end; what it supervises goes on. The answer comes before it is gone.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "v1/stop");
        using HttpResponseMessage response = await SendAsync(request, ct);
    }

    /// <summary>As <see cref="StopAsync"/>, of an engine that keeps nothing and does nothing; any other goes on.</summary>
    /// <returns>False when it goes on, or there is none.</returns>
    public async Task<bool> StopIfIdleAsync(CancellationToken ct)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, "v1/stop?if=idle");
            using HttpResponseMessage response = await SendAsync(request, ct);
            return true;
        }
        catch (EngineException)
        {
            return false;
        }
    }

    public void Dispose() => http.Dispose();

    async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken ct)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        using HttpResponseMessage response = await SendAsync(request, ct);
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(ct);
            return await JsonSerializer.DeserializeAsync(body, type, ct) ?? throw Incomprehensible(path);
        }
        catch (JsonException)
        {
            throw Incomprehensible(path);
        }
        catch (IOException)
        {
            throw new EngineException(ExitCodes.Failed, "the engine went away while it answered");
        }
    }

    // One JSON object a line. The engine says how it ended in the last one; a stream that stops before is an engine that died.
    async IAsyncEnumerable<ProgressEvent> StreamAsync(string path, byte[] body, CancellationToken stop, [EnumeratorCancellation] CancellationToken ct = default)
    {
        string name = Guid.NewGuid().ToString("N");
        using HttpRequestMessage request = new(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.Add(OperationHeader, name);
        using HttpResponseMessage response = await SendAsync(request, ct);

        // Not before: until the engine has answered, it does not know the operation by that name.
        using CancellationTokenRegistration stopping = stop.Register(() => _ = InterruptAsync(name, ct));
        using StreamReader lines = new(await response.Content.ReadAsStreamAsync(ct), Encoding.UTF8);
        while (true)
        {
            ProgressEvent next = await ReadAsync(lines, path, ct);
            yield return next;
            if (next.End is not null)
            {
                yield break;
            }
        }
    }

    async Task InterruptAsync(string operation, CancellationToken ct)
    {
        try
        {
            using HttpRequestMessage request = new(HttpMethod.Post, $"v1/interrupt?operation={operation}");
            using HttpResponseMessage response = await SendAsync(request, ct);
        }
        catch (Exception unheard) when (unheard is EngineException or OperationCanceledException)
        {
            // It ended by itself in between, or the engine did: the stream of events says so.
        }
    }

    static async Task<ProgressEvent> ReadAsync(StreamReader lines, string path, CancellationToken ct)
    {
        try
        {
            if (await lines.ReadLineAsync(ct) is { } line)
            {
                return JsonSerializer.Deserialize(line, ApiJson.Default.ProgressEvent) ?? throw Incomprehensible(path);
            }
        }
        catch (JsonException)
        {
            throw Incomprehensible(path);
        }
        catch (IOException)
        {
            // The same as an early end: said below.
        }

        ct.ThrowIfCancellationRequested();
        throw new EngineException(ExitCodes.NotRolledBack, "the engine went away before it had finished; the same command again goes on from what is there");
    }

    async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
    {
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e)
        {
            ct.ThrowIfCancellationRequested();
            SocketException? cause = e.InnerException as SocketException;
            // An engine that is ending lets go of connections it has not looked at: nothing was answered, so nothing was begun that the next one cannot do.
            bool isUnanswered = e.InnerException is IOException;
            bool nobody = isUnanswered || cause?.SocketErrorCode is SocketError.ConnectionRefused or SocketError.AddressNotAvailable || !File.Exists(socket);
            throw new EngineException(ExitCodes.Failed, $"no engine answers at {socket}: {cause?.Message ?? e.Message}") { IsUnreachable = nobody };
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw await RefusalAsync(response, ct);
        }
    }

    static async Task<EngineException> RefusalAsync(HttpResponseMessage response, CancellationToken ct)
    {
        try
        {
            await using Stream body = await response.Content.ReadAsStreamAsync(ct);
            if (await JsonSerializer.DeserializeAsync(body, ApiJson.Default.ApiError, ct) is { } error)
            {
                return new EngineException(error.ExitCode, error.Message) { Status = (int)response.StatusCode };
            }
        }
        catch (JsonException)
        {
            // Not one of ours: an answer of the server below the API, without a body.
        }

        return new EngineException(ExitCodes.Failed, $"the engine answered {(int)response.StatusCode} {response.ReasonPhrase}") { Status = (int)response.StatusCode };
    }

    async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        Socket connection = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
            return new NetworkStream(connection, ownsSocket: true);
        }
        catch (SocketException)
        {
            connection.Dispose();
            throw;
        }
    }

    static EngineException Incomprehensible(string path) =>
        new(ExitCodes.Failed, $"the engine's answer to {path} is not understood; is it of another version? 'vdeorch engine stop' ends it, and nothing it runs");
}

/// <summary>The engine refused, or there is none.</summary>
/// <param name="exitCode">What the verb exits with.</param>
public sealed class EngineException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>No engine listens there.</summary>
    public bool IsUnreachable { get; init; }

    /// <summary>What was asked for was not read before, and has to be.</summary>
    public bool WantsReading => Status == 422;

    /// <summary>The HTTP status, 0 when no answer came.</summary>
    public int Status { get; init; }
}

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Checking;

/// <summary>One GET (RFC 9110), over a connection of its own that somebody else opens; redirections are not followed, and no more than the head of the answer is read.</summary>
internal static class WebPage
{
    // What answers when the file names no status: as probes of Kubernetes have it.
    const int FirstGood = 200, LastGood = 399;

    /// <param name="connect">Gives a connected socket, the callee's to close.</param>
    public static async Task<ProbeTry> GetAsync(Probe probe, Func<CancellationToken, Task<Socket>> connect, TimeSpan patience, CancellationToken ct)
    {
        using SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (_, cancelled) => new NetworkStream(await connect(cancelled), ownsSocket: true),
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        };
        using HttpMessageInvoker invoker = new(handler);
        using HttpRequestMessage request = new(HttpMethod.Get, probe.Text);
        request.Headers.ConnectionClose = true;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("vdeorch", null));
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(patience);
        long began = Stopwatch.GetTimestamp();
        try
        {
            using HttpResponseMessage answer = await invoker.SendAsync(request, deadline.Token);
            int status = (int)answer.StatusCode;
            double ms = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            bool isGood = probe.Statuses.IsEmpty ? status is >= FirstGood and <= LastGood : probe.Statuses.Contains(status);
            return new ProbeTry(isGood, string.Create(CultureInfo.InvariantCulture, $"status {status} in {ms:0.00} ms{(isGood ? "" : $", expected {Expected(probe)}")}"), ms) { HasAnswered = true };
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new ProbeTry(false, "no answer", null);
        }
        catch (HttpRequestException refused)
        {
            SocketException? cause = refused.InnerException as SocketException;
            return new ProbeTry(false, cause is null ? refused.InnerException?.Message ?? refused.Message : Prober.Words(cause), null);
        }
    }

    static string Expected(Probe probe) => probe.Statuses.IsEmpty ? string.Create(CultureInfo.InvariantCulture, $"{FirstGood} to {LastGood}") : string.Join(" or ", probe.Statuses);
}

using System.Net.Sockets;
using System.Text;
using Vdeorch.Engine.Api;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

/// <summary>The client against answers written by hand on a real socket.</summary>
public sealed class EngineClientTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("vdeorch-").FullName;

    string SocketPath => Path.Combine(folder, "engine.sock");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task NoEngineIsAnAnswerAndNotAnError()
    {
        using EngineClient client = new(SocketPath);

        Assert.Null(await client.FindEngineAsync(TestContext.Current.CancellationToken));
        EngineException none = await Assert.ThrowsAsync<EngineException>(() => client.GetStatusAsync(null, TestContext.Current.CancellationToken));
        Assert.True(none.IsUnreachable);
    }

    [Fact]
    public async Task ADeadEnginesSocketIsNoEngine()
    {
        using (Socket dead = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            dead.Bind(new UnixDomainSocketEndPoint(SocketPath));
        }

        // A bound path without a listener, as SIGKILL leaves it.
        if (!File.Exists(SocketPath))
        {
            await File.WriteAllTextAsync(SocketPath, "", TestContext.Current.CancellationToken);
        }

        using EngineClient client = new(SocketPath);
        Assert.Null(await client.FindEngineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task EventsArriveAsTheyAreWritten()
    {
        TaskCompletionSource seen = new();
        Task server = ServeAsync(async connection =>
        {
            await SendAsync(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{\"check\":{\"name\":\"mesh\",\"passed\":true,\"probes\":[]}}\n");
            await seen.Task;
            await SendAsync(connection, "{\"end\":{\"exitCode\":6,\"message\":\"no\"}}\n");
        });
        using EngineClient client = new(SocketPath);
        List<ProgressEvent> events = [];

        await foreach (ProgressEvent arrived in client.CheckAsync("lab", TestContext.Current.CancellationToken))
        {
            events.Add(arrived);
            seen.TrySetResult();
        }

        await server;
        Assert.Equal("mesh", events[0].Check!.Name);
        Assert.Equal(ExitCodes.Unhealthy, events[1].End!.ExitCode);
    }

    [Fact]
    public async Task AnEngineThatDiesMidwayIsAFailureNotRolledBack()
    {
        Task server = ServeAsync(connection => SendAsync(connection, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
        using EngineClient client = new(SocketPath);

        EngineException lost = await Assert.ThrowsAsync<EngineException>(async () =>
        {
            await foreach (ProgressEvent _ in client.DestroyAsync("lab", TestContext.Current.CancellationToken))
            {
            }
        });

        await server;
        Assert.Equal(ExitCodes.NotRolledBack, lost.ExitCode);
    }

    [Fact]
    public async Task ARefusalCarriesItsExitCode()
    {
        Task server = ServeAsync(connection => SendAsync(connection, "HTTP/1.1 409 Conflict\r\nConnection: close\r\n\r\n{\"exitCode\":8,\"message\":\"an apply holds 'lab'\"}"));
        using EngineClient client = new(SocketPath);

        EngineException refusal = await Assert.ThrowsAsync<EngineException>(() => client.StopAsync(TestContext.Current.CancellationToken));

        await server;
        Assert.Equal((ExitCodes.Busy, 409, "an apply holds 'lab'"), (refusal.ExitCode, refusal.Status, refusal.Message));
        Assert.False(refusal.IsUnreachable);
    }

    Task ServeAsync(Func<Socket, Task> answer)
    {
        Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(SocketPath));
        listener.Listen();
        return Task.Run(async () =>
        {
            using (listener)
            {
                using Socket connection = await listener.AcceptAsync();
                byte[] request = new byte[64 * 1024];
                await connection.ReceiveAsync(request);
                await answer(connection);
            }
        });
    }

    static async Task SendAsync(Socket connection, string text) => await connection.SendAsync(Encoding.UTF8.GetBytes(text));
}

using System.Collections.Immutable;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Runtime;
using Xunit;

namespace Vdeorch.SystemTests.DataPlane;

/// <summary>A runtime on a thread of the tests, and a client of its control socket.</summary>
sealed class RunningRuntime : IDisposable
{
    readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("vdeorch-");
    readonly Thread thread;
    readonly SeqPacketSocket client;
    int? exitCode;

    public RunningRuntime()
    {
        Fd control = SeqPacketSocket.Listen(ControlPath, 0b110_000_000);
        Fd state = SeqPacketSocket.Listen(StatePath, 0b110_000_000);
        thread = new Thread(() => exitCode = RuntimeHost.Run("test", opensLocators: true, control, state));
        thread.Start();
        client = Connect(ControlPath);
    }

    public string ControlPath => Path.Combine(directory.FullName, "runtime.sock");
    public string StatePath => Path.Combine(directory.FullName, "state.sock");

    public static SeqPacketSocket Connect(string path) => SeqPacketSocket.Connect(path, TimeSpan.FromSeconds(10));

    public static RuntimeReply Ask(SeqPacketSocket on, ReadOnlySpan<byte> datagram, IReadOnlyList<Fd> descriptors, List<Fd> received)
    {
        on.Send(datagram, descriptors);
        return Read(on, received);
    }

    public static RuntimeReply Read(SeqPacketSocket on, List<Fd> received)
    {
        byte[] answer = new byte[RuntimeRequest.MaxBytes];
        int count = on.Receive(answer, received);
        return RuntimeCodec.ReadReply(answer.AsSpan(0, count), out string error) ?? throw new IOException(error);
    }

    public RuntimeReply Ask(RuntimeRequest request, params IReadOnlyList<Fd> descriptors) => Ask(client, RuntimeCodec.Write(request), descriptors, []);

    public RuntimeReply Ask(RuntimeRequest request, List<Fd> received) => Ask(client, RuntimeCodec.Write(request), [], received);

    public void Do(RuntimeRequest request, params IReadOnlyList<Fd> descriptors) => Assert.Null(Ask(request, descriptors).Error);

    public void SetSwitch(string name, int ports = 32, long macAgeMs = 120_000, bool hub = false) =>
        Do(new RuntimeRequest { SetSwitch = new SwitchSettings(name, ports, macAgeMs, hub) });

    /// <summary>Gives the taps away, as the engine does.</summary>
    public void AddPorts(string? to, params (string Name, Fd Tap)[] ports)
    {
        Do(new RuntimeRequest { AddPorts = [.. ports.Select(port => new PortSettings(port.Name, to))] }, [.. ports.Select(port => port.Tap)]);
        Array.ForEach(ports, port => port.Tap.Dispose());
    }

    public RuntimeState State => Ask(new RuntimeRequest { GetState = 0 }).State!;

    public PortState Port(string name) => Assert.Single(State.Ports, port => port.Name == name);

    public ImmutableArray<MacEntry> Macs(string name) => Ask(new RuntimeRequest { GetMacs = new MacTableQuery(name, 0) }).Macs!.Value;

    /// <returns>The exit code.</returns>
    public int Stop()
    {
        Do(new RuntimeRequest { Stop = true });
        Assert.True(thread.Join(TimeSpan.FromSeconds(10)));
        return exitCode!.Value;
    }

    public void Dispose()
    {
        if (exitCode is null)
        {
            Stop();
        }
        client.Dispose();
        directory.Delete(recursive: true);
    }
}

/// <summary>Waits for a condition, not for a duration.</summary>
static class Eventually
{
    public static void True(Func<bool> condition, string what)
    {
        long deadline = Environment.TickCount64 + 10_000;
        while (!condition())
        {
            Assert.True(Environment.TickCount64 < deadline, $"never: {what}");
            Thread.Sleep(10);
        }
    }
}

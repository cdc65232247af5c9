using System.Diagnostics;
using System.Net.Sockets;
using Vdeorch.Bench.Paths;
using Vdeorch.SystemTests.Interop;

namespace Vdeorch.Bench.Scenarios;

/// <summary>Our switch beside vde_switch, with the same clients: pairs that talk, 64 ports that are flooded, a port that nobody reads.</summary>
internal sealed class SwitchScenario : IScenario
{
    const int FloodedPorts = 64;
    const int FrameBytes = 64;

    /// <summary>Broadcasts under way at once: fewer than a socket holds (net.unix.max_dgram_qlen is 10 by default), so that none is lost.</summary>
    const int Window = 8;

    public string Name => "switch";

    public string Question => "VDE clients on our switch and on vde_switch";

    public void Run(BenchOptions options, TextWriter to)
    {
        foreach (PathSet paths in PathSet.Clients)
        {
            foreach (IScenario scenario in new IScenario[] { new TcpScenario(paths), new PacketScenario(paths), new PingScenario(paths) })
            {
                scenario.Run(options, to);
            }
        }

        Table flooded = new($"One sends broadcasts of {FrameBytes} bytes, {Window} at a time, {FloodedPorts - 1} others receive all", "thousand copies a second", moreIsBetter: true);
        Table alone = new("One sends to another", "kpps received", moreIsBetter: true);
        Table beside = new("The same, and a third that is sent every eighth frame too and reads nothing", "kpps received", moreIsBetter: true);
        SwitchProgram[] programs = [.. SwitchProgram.All(options).Where(program => program.Command[0].Contains('/', StringComparison.Ordinal) || Shell.Has(program.Command[0]))];
        Sample[][] samples = [.. programs.Select(program => new[] { flooded.Row(program.Name), alone.Row(program.Name), beside.Row(program.Name) })];
        for (int run = 0; run < options.Runs; run++)
        {
            for (int i = 0; i < programs.Length; i++)
            {
                samples[i][0].Add(With(programs[i], FloodedPorts, clients => Flood(clients, options.Seconds)));
                samples[i][1].Add(With(programs[i], 2, clients => Send(clients, options.Seconds)));
                samples[i][2].Add(With(programs[i], 3, clients => Send(clients, options.Seconds)));
            }
        }

        flooded.Print(to, SwitchProgram.OursName);
        alone.Print(to, SwitchProgram.OursName);
        beside.Print(to, SwitchProgram.OursName);
        for (int i = 0; i < programs.Length; i++)
        {
            to.WriteLine(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{programs[i].Name}: with the one that reads nothing it is {samples[i][2].Median / samples[i][1].Median:0.00} of what it is without"));
        }
    }

    static double With(SwitchProgram program, int count, Func<LocalRawClient[], double> measure)
    {
        string directory = Directory.CreateTempSubdirectory("vb-raw-").FullName;
        using Process process = program.Start($"{directory}/sw", count);
        LocalRawClient[] clients = [.. Enumerable.Range(0, count).Select(_ => new LocalRawClient($"{directory}/sw"))];
        try
        {
            foreach (LocalRawClient client in clients)
            {
                client.Join();
            }

            return measure(clients);
        }
        finally
        {
            foreach (LocalRawClient client in clients)
            {
                client.Dispose();
            }

            process.Kill();
            process.WaitForExit();
            Directory.Delete(directory, recursive: true);
        }
    }

    // Everybody gets every one, or it does not end: who loses some of them is not faster for it.
    static double Flood(LocalRawClient[] clients, int seconds)
    {
        byte[] frame = Frame(to: 0xff, from: 1);
        byte[] into = new byte[2048];
        long copies = 0;
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            for (int i = 0; i < Window; i++)
            {
                clients[0].Data.Send(frame);
            }

            foreach (LocalRawClient client in clients.AsSpan(1))
            {
                for (int i = 0; i < Window; i++)
                {
                    client.Data.Receive(into);
                    copies++;
                }
            }
        }

        return copies / Stopwatch.GetElapsedTime(began).TotalSeconds / 1e3;
    }

    static double Send(LocalRawClient[] clients, int seconds)
    {
        // So that it is known where the receiver is.
        clients[1].Data.Send(Frame(to: 0xff, from: 2));
        clients[0].Receive();
        byte[] direct = Frame(to: 2, from: 1);
        byte[] toAll = Frame(to: 0xff, from: 1);
        return Rate([clients[1]], seconds, i => clients[0].Data.Send((i & 7) == 0 ? toAll : direct)) / 1e3;
    }

    /// <returns>Frames that these receive, a second.</returns>
    static double Rate(LocalRawClient[] receivers, int seconds, Action<int> send)
    {
        bool stopping = false;
        Thread sending = new(() =>
        {
            for (int i = 0; !Volatile.Read(ref stopping); i++)
            {
                send(i);
            }
        });
        sending.Start();
        byte[] frame = new byte[2048];
        List<Socket> sockets = [.. receivers.Select(receiver => receiver.Data)];
        sockets.ForEach(socket => socket.Blocking = false);
        long received = 0;
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            List<Socket> ready = [.. sockets];
            Socket.Select(ready, null, null, 10_000);
            foreach (Socket socket in ready)
            {
                for (int i = 0; i < 64 && socket.Available > 0; i++)
                {
                    received += socket.Receive(frame, SocketFlags.None, out SocketError error) > 0 && error == SocketError.Success ? 1 : 0;
                }
            }
        }

        double elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        Volatile.Write(ref stopping, true);
        sending.Join();
        return received / elapsed;
    }

    static byte[] Frame(byte to, byte from)
    {
        byte[] frame = new byte[FrameBytes];
        frame.AsSpan(0, 6).Fill(to == 0xff ? to : (byte)0);
        (frame[0], frame[5], frame[6], frame[11]) = ((byte)(to == 0xff ? to : 2), to, 2, from);
        frame[12] = 8;
        return frame;
    }
}

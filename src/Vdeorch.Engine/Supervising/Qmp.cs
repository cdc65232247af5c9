using System.Diagnostics;
using System.Text;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Engine.Supervising;

/// <summary>QEMU's own protocol, as much of it as ends a machine: a greeting, and a line of JSON for each command and each answer.</summary>
internal static class Qmp
{
    public const string PowerDown = "system_powerdown";
    public const string Quit = "quit";

    const string Greeting = "\"QMP\"";
    const string Answer = "\"return\"";

    const int MostBytes = 64 * 1024;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>Whether QEMU takes commands there: then it has made all of its machine. It greets before that.</summary>
    public static bool Answers(string socket)
    {
        using Fd? talk = TryConnect(socket);
        return talk is not null && Read(talk, Greeting) is not null && Ask(talk, "qmp_capabilities") is not null;
    }

    /// <returns>The line of the answer, as QEMU writes it; null when nobody listens, or it was refused.</returns>
    public static string? Ask(string socket, string command)
    {
        using Fd? talk = TryConnect(socket);
        return talk is not null && Read(talk, Greeting) is not null && Ask(talk, "qmp_capabilities") is not null ? Ask(talk, command) : null;
    }

    /// <returns>False when nobody listens, or does not take it.</returns>
    public static bool TryTell(string socket, string command) => Ask(socket, command) is not null;

    static string? Ask(Fd talk, string command) => UnixSocket.Send(talk, Encoding.ASCII.GetBytes($"{{\"execute\":\"{command}\"}}\n")).IsOk ? Read(talk, Answer) : null;

    static Fd? TryConnect(string path)
    {
        Fd socket = UnixSocket.Open(UnixKind.Stream);
        if (UnixSocket.TryConnect(socket, path) == 0)
        {
            return socket;
        }

        socket.Dispose();
        return null;
    }

    // Until a line has come that says so; events may come before it, and an error in its place.
    static string? Read(Fd talk, string word)
    {
        StringBuilder said = new();
        byte[] bytes = new byte[4096];
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) is var elapsed && elapsed < s_patience && said.Length < MostBytes)
        {
            if (!UnixSocket.WaitReadable(talk, s_patience - elapsed))
            {
                return null;
            }

            IoResult read = UnixSocket.Receive(talk, bytes);
            if (read.Count == 0)
            {
                // QEMU may be gone before it has answered that it goes.
                return word == Answer && said.Length > 0 ? said.ToString() : null;
            }

            said.Append(Encoding.UTF8.GetString(bytes, 0, read.Count));
            foreach (string line in said.ToString().Split('\n')[..^1])
            {
                if (line.Contains(word, StringComparison.Ordinal))
                {
                    return line;
                }

                if (line.Contains("\"error\"", StringComparison.Ordinal))
                {
                    return null;
                }
            }
        }

        return null;
    }
}

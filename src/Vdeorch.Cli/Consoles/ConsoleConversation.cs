using System.Text;
using System.Threading.Channels;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Cli.Consoles;

/// <summary>A session at the console of a switch: commands go out one at a time, what comes is read on a thread of its own. Owns the socket.</summary>
/// <param name="news">Told, on that thread, what happens meanwhile.</param>
sealed class ConsoleConversation(Fd socket, Action<string> news) : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    readonly Channel<ConsoleSaid> replies = Channel.CreateUnbounded<ConsoleSaid>();
    readonly CancellationTokenSource ending = new();
    Thread? reading;

    public bool HasEnded { get; private set; }

    /// <summary>Listens until it waits for the first command.</summary>
    public Task<ConsoleAnswer> GreetAsync(CancellationToken ct)
    {
        reading = new Thread(Read) { IsBackground = true, Name = "console" };
        reading.Start();
        return AnswerAsync(ct);
    }

    /// <summary>One command, one answer.</summary>
    public Task<ConsoleAnswer> AskAsync(string command, CancellationToken ct)
    {
        Send(Encoding.UTF8.GetBytes(command));
        return AnswerAsync(ct);
    }

    public void Dispose()
    {
        ending.Cancel();
        reading?.Join();
        ending.Dispose();
        socket.Dispose();
    }

    async Task<ConsoleAnswer> AnswerAsync(CancellationToken ct)
    {
        List<string> lines = [];
        ConsoleSaid? result = null;
        while (await replies.Reader.WaitToReadAsync(ct))
        {
            while (replies.Reader.TryRead(out ConsoleSaid said))
            {
                switch (said.Saying)
                {
                    case ConsoleSaying.Line:
                        lines.Add(said.Text);
                        break;
                    case ConsoleSaying.Result:
                        result = said;
                        break;
                    case ConsoleSaying.Prompt:
                        return new ConsoleAnswer(lines, result?.Code ?? 0, result?.Text ?? "");
                    default:
                        HasEnded = true;
                        break;
                }
            }
        }
        HasEnded = true;
        return new ConsoleAnswer(lines, result?.Code ?? 0, result?.Text ?? "");
    }

    // At most what one read of the other side takes: the rest would be another command.
    void Send(ReadOnlySpan<byte> command)
    {
        IoResult sent = UnixSocket.Send(socket, command);
        HasEnded |= !sent.IsOk;
    }

    void Read()
    {
        ConsoleReader reader = new();
        Decoder decoder = Encoding.UTF8.GetDecoder();
        byte[] bytes = new byte[16 * 1024];
        char[] chars = new char[bytes.Length];
        while (!ending.IsCancellationRequested)
        {
            if (!UnixSocket.WaitReadable(socket, s_patience))
            {
                continue;
            }
            IoResult received = UnixSocket.Receive(socket, bytes);
            if (received is { IsOk: false, Errno: Errnos.Again })
            {
                continue;
            }
            if (received is not { IsOk: true, Count: > 0 })
            {
                break;
            }
            int count = decoder.GetChars(bytes.AsSpan(0, received.Count), chars, flush: false);
            foreach (ConsoleSaid said in reader.Take(new string(chars, 0, count)))
            {
                if (said.Saying == ConsoleSaying.News)
                {
                    news(said.Text);
                }
                else
                {
                    replies.Writer.TryWrite(said);
                }
            }
        }
        replies.Writer.TryComplete();
    }
}

/// <param name="Code">0, or the errno with which the command was refused.</param>
/// <param name="Text">Of the code.</param>
sealed record ConsoleAnswer(IReadOnlyList<string> Lines, int Code, string Text);

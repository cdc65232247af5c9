using Vdeorch.Cli.Terminals;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;

namespace Vdeorch.Cli.Consoles;

/// <summary>
/// A terminal, or a pipe, at the serial console of a machine. From a terminal every key goes to the guest, but Ctrl-], which leaves. A pipe's bytes go as they are; at its end what the guest still
/// says is waited for, until it has been silent for a second.
/// </summary>
internal sealed class SerialConsole(Fd socket, Terminal terminal)
{
    const byte Escape = 0x1D;

    static readonly TimeSpan s_silence = TimeSpan.FromSeconds(1);
    static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    volatile bool _hasInputEnded;
    volatile bool _isLeft;

    public void Run(CancellationToken ct)
    {
        bool isTerminal = terminal is { InIsTerminal: true, OutIsTerminal: true };
        if (isTerminal)
        {
            terminal.Error.WriteLine("The console. Ctrl-] leaves it.");
        }

        terminal.Flush();
        using RawTerminal? raw = isTerminal ? RawTerminal.Enter() : null;
        Thread keys = new(() => PassOn(isTerminal)) { IsBackground = true, Name = "console-keys" };
        keys.Start();
        Show(ct);
    }

    void PassOn(bool isTerminal)
    {
        using Stream input = Console.OpenStandardInput();
        byte[] bytes = new byte[4096];
        try
        {
            while (input.Read(bytes) is > 0 and int count)
            {
                int escape = isTerminal ? bytes.AsSpan(0, count).IndexOf(Escape) : -1;
                if (!Send(bytes.AsSpan(0, escape >= 0 ? escape : count)))
                {
                    break;
                }

                if (escape >= 0)
                {
                    _isLeft = true;
                    return;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // Nobody types any more.
        }

        _hasInputEnded = true;
    }

    // False when the guest has ended: whoever shows what it says sees that too.
    bool Send(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            IoResult sent = UnixSocket.Send(socket, bytes);
            if (!sent.IsOk && sent.Errno != Errnos.Again)
            {
                return false;
            }

            bytes = bytes[sent.Count..];
            if (bytes.Length > 0)
            {
                Descriptors.Wait(socket, Interest.Writable, s_silence);
            }
        }

        return true;
    }

    void Show(CancellationToken ct)
    {
        using Stream output = StandardStream.Output();
        byte[] bytes = new byte[16 * 1024];
        TimeSpan silent = TimeSpan.Zero;
        while (!_isLeft && !ct.IsCancellationRequested && !(_hasInputEnded && silent >= s_silence))
        {
            if (!UnixSocket.WaitReadable(socket, s_look))
            {
                silent = _hasInputEnded ? silent + s_look : TimeSpan.Zero;
                continue;
            }

            silent = TimeSpan.Zero;
            IoResult read = UnixSocket.Receive(socket, bytes);
            if (read.Errno == Errnos.Again)
            {
                continue;
            }

            if (read.Count == 0)
            {
                return;
            }

            output.Write(bytes, 0, read.Count);
            output.Flush();
        }
    }
}

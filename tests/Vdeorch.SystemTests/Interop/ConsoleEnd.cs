using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Vdeorch.SystemTests.Harness;

namespace Vdeorch.SystemTests.Interop;

/// <summary>The client side of a management console, byte for byte. Uses nothing of the product.</summary>
sealed partial class ConsoleEnd : IDisposable
{
    const string Prompt = "\nvde$ ";
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = (int)s_patience.TotalMilliseconds };
    readonly StringBuilder _unread = new();

    /// <summary>Waits until somebody listens there.</summary>
    public static async Task<ConsoleEnd> ConnectAsync(string path)
    {
        await Wait.UntilAsync($"a console listens at {path}", () => Listening.At(path));
        ConsoleEnd end = new();
        await end._socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        end.Greeting = end.ReadTo(Prompt);
        return end;
    }

    public Socket Socket => _socket;

    public string Greeting { get; private set; } = "";

    /// <summary>One write, and all that is said up to the next prompt, or the end.</summary>
    public string Ask(string command)
    {
        _socket.Send(Encoding.UTF8.GetBytes(command));
        return ReadTo(Prompt);
    }

    /// <summary>What is said up to the end of this text, that included, or to the end of the session.</summary>
    public string ReadTo(string text)
    {
        byte[] some = new byte[4096];
        int at;
        while ((at = _unread.ToString().IndexOf(text, StringComparison.Ordinal)) < 0)
        {
            int count = _socket.Receive(some);
            if (count == 0)
            {
                string rest = $"{_unread}<end>";
                _unread.Clear();
                return rest;
            }
            _unread.Append(Encoding.UTF8.GetString(some, 0, count));
        }
        string read = _unread.ToString()[..(at + text.Length)];
        _unread.Remove(0, read.Length);
        return read;
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Without what differs from process to process: numbers of processes and descriptors, seconds, the test's directory.</summary>
    public static string Alike(string text, string directory) => Numbers().Replace(text.Replace(directory, "DIR", StringComparison.Ordinal).Replace("FD  ", "FD ", StringComparison.Ordinal), "$1N");

    [GeneratedRegex(@"(pid[ =]|uptime |age |endpoint ID |FD |Hash: )\d+")]
    private static partial Regex Numbers();
}

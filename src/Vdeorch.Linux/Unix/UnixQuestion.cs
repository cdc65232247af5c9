using System.Diagnostics;
using System.Text;
using Vdeorch.Linux.Io;

namespace Vdeorch.Linux.Unix;

/// <summary>One question to a stream socket, whose owner answers it and ends the stream.</summary>
public static class UnixQuestion
{
    const int MaxAnswerBytes = 1 << 20;

    /// <param name="directory">However long its path is: the socket is reached through a descriptor of it.</param>
    /// <param name="name">Of the socket in it. A link is not followed.</param>
    /// <param name="patience">For all of it.</param>
    /// <returns>Null when nobody answers there, in time, with 1 MiB at most.</returns>
    public static string? Ask(string directory, string name, string question, TimeSpan patience)
    {
        long began = Stopwatch.GetTimestamp();
        using Fd? place = Descriptors.TryOpenDirectory(directory);
        if (place is null)
        {
            return null;
        }

        string path = $"/proc/self/fd/{place.Number}/{name}";
        using Fd socket = UnixSocket.Open(UnixKind.Stream);
        byte[] sent = Encoding.UTF8.GetBytes(question);
        if (new FileInfo(path).LinkTarget is not null || UnixSocket.TryConnect(socket, path) != 0 || UnixSocket.Send(socket, sent) is not { Errno: 0, Count: var count } || count < sent.Length)
        {
            return null;
        }

        byte[] answer = new byte[MaxAnswerBytes];
        for (int length = 0; length < answer.Length && patience - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } left && UnixSocket.WaitReadable(socket, left);)
        {
            IoResult got = UnixSocket.Receive(socket, answer.AsSpan(length));
            if (got is { Errno: 0, Count: 0 })
            {
                return Encoding.UTF8.GetString(answer, 0, length);
            }

            if (got.Errno is not (0 or Errnos.Again))
            {
                return null;
            }

            length += got.Count;
        }

        return null;
    }
}

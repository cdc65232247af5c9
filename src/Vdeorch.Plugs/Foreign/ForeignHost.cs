using System.Globalization;
using System.Text;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.LibVdePlug;
using Vdeorch.Linux.Streams;

namespace Vdeorch.Plugs.Foreign;

/// <summary>
/// The process around a plugin of libvdeplug, started by <see cref="ForeignPlug"/>: it opens the plug, says so on its socket, and passes frames until
/// either side ends. A plugin that blocks, prints or crashes does so alone.
/// </summary>
public static class ForeignHost
{
    public const string Word = "__foreign";
    internal const string Ready = "ok";

    /// <summary>In place of an errno.</summary>
    internal const int NoLibrary = 0;

    const int SocketNumber = 3;
    const int MaxAnswerBytes = 4096;

    /// <param name="words">As <see cref="ForeignPlug"/> gives them: locator, description, port, group, mode.</param>
    public static int Run(string[] words)
    {
        if (words is not [var url, var description, var port, var group, var mode])
        {
            return 1;
        }
        using SeqPacketSocket parent = new(InheritedSocket.Take(SocketNumber));
        try
        {
            using VdeConnection connection = VdeConnection.Open(
                url, description, int.Parse(port, CultureInfo.InvariantCulture), group.Length == 0 ? null : group, int.Parse(mode, CultureInfo.InvariantCulture));
            parent.Send("ok"u8, []);
            connection.Relay(parent.Fd);
            return 0;
        }
        catch (LinuxException refused)
        {
            Say(parent, refused.Errno, refused.Message);
        }
        catch (LibraryMissingException missing)
        {
            Say(parent, NoLibrary, missing.Message);
        }
        return 1;
    }

    /// <returns>The first thing it says; empty when it ended without a word.</returns>
    internal static string Await(Fd socket)
    {
        byte[] answer = new byte[MaxAnswerBytes];
        // Looks through the same descriptor, which stays its owner's.
        int bytes = new SeqPacketSocket(socket).Receive(answer, []);
        return bytes == 0 ? $"{Errnos.Io} the plugin ended without a word" : Encoding.UTF8.GetString(answer, 0, bytes);
    }

    static void Say(SeqPacketSocket parent, int errno, string message)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{errno} {message}");
        parent.Send(text.AsSpan(0, Math.Min(text.Length, MaxAnswerBytes)), []);
    }
}

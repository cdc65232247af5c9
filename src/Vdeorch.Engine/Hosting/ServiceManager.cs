using System.Net.Sockets;
using System.Text;

namespace Vdeorch.Engine.Hosting;

/// <summary>Tells a service manager such as systemd how far the engine is. sd_notify(3).</summary>
/// <remarks>Microsoft.Extensions.Hosting.Systemd says nothing when the process is not systemd's own child, which a rootless engine never is.</remarks>
internal static class ServiceManager
{
    /// <param name="state"><c>READY=1</c>, <c>STOPPING=1</c>.</param>
    public static void Notify(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is not { Length: > 1 } path)
        {
            return;
        }

        // A leading @ means the abstract name space, whose names begin with NUL.
        UnixDomainSocketEndPoint manager = new(path[0] == '@' ? $"\0{path[1..]}" : path);
        using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(state), manager);
        }
        catch (SocketException)
        {
            // Nobody listens any more, and nobody misses it.
        }
    }
}

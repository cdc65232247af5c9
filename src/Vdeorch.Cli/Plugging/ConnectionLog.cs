using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Vdeorch.Linux.Credentials;

namespace Vdeorch.Cli.Plugging;

/// <summary>Who used a network through us, in the system's log: START and STOP, in the words that scripts look for in vde_plug's.</summary>
/// <remarks>syslog(3): a datagram to /dev/log. As there, a system without a log is no error.</remarks>
sealed class ConnectionLog : IDisposable
{
    /// <summary>What vde_plug exits with when it is used as a shell.</summary>
    public const int Refused = 255;

    // Whose addresses are written when they come in through a login shell.
    const string AddressesGroup = "vdeplug_iplog";

    // LOG_USER and LOG_INFO.
    const int Priority = (1 << 3) | 6;

    /// <summary>Where the user came from, as sshd says it.</summary>
    public static string Origin { get; } = Environment.GetEnvironmentVariable("SSH_CLIENT") is { Length: > 0 } client ? client.Split(' ')[0] : "UNKNOWN_IP_ADDRESS";

    public static string User { get; } = Credentials.Name(Credentials.EffectiveUid) ?? Credentials.EffectiveUid.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether the user is in the group that whoever runs this host has made for that.</summary>
    public static bool WantsAddresses => Credentials.GroupId(AddressesGroup) is { } group && Credentials.IsIn(group);

    public static ConnectionLog Start()
    {
        Write("START");
        return new ConnectionLog();
    }

    /// <summary>An event of this connection.</summary>
    public static void Write(string what) => Send($"{what}: user {User} IP {Origin}");

    public static void Send(string message)
    {
        string time = DateTime.Now.ToString("MMM d HH:mm:ss", CultureInfo.InvariantCulture);
        using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes($"<{Priority}>{time} vdeorch: {message}"), new UnixDomainSocketEndPoint("/dev/log"));
        }
        catch (SocketException)
        {
            // Nobody keeps one, or not fast enough.
        }
    }

    public void Dispose() => Write("STOP");
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Taps;

namespace Vdeorch.SystemTests.DataPlane;

/// <summary>Network namespaces of a test, each with one tap, gone when the test is.</summary>
sealed partial class Lab : IDisposable
{
    static int made;

    readonly string prefix = $"vdt{Environment.ProcessId}x{Interlocked.Increment(ref made)}";
    readonly List<string> namespaces = [];

    /// <summary>10.77.0.<paramref name="host"/>/24 on vde0 of a new namespace, up.</summary>
    /// <returns>The tap, the caller's, not persistent: when the last duplicate is closed, vde0 is gone.</returns>
    public Fd AddHost(int host)
    {
        string ns = Name(host);
        Ip($"netns add {ns}");
        namespaces.Add(ns);
        In(host, () =>
        {
            // Neighbour discovery would make idle taps talk.
            File.WriteAllText("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
            File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
            return 0;
        });
        Fd tap = In(host, () => Tap.Open("vde0", persistent: false));
        Ip($"-n {ns} link set lo up");
        Ip($"-n {ns} addr add 10.77.0.{host}/24 dev vde0");
        Ip($"-n {ns} link set vde0 up");
        return tap;
    }

    public List<Fd> AddTaps(int host, int count) => In(host, () => Enumerable.Range(0, count).Select(i => Tap.Open($"more{i}", persistent: false)).ToList());

    public bool HasLink(int host, string name) => In(host, () => Directory.Exists($"/proc/sys/net/ipv4/conf/{name}"));

    public void DeleteLink(int host, string name) => Ip($"-n {Name(host)} link del {name}");

    public static IPAddress Address(int host) => IPAddress.Parse($"10.77.0.{host}");

    public Socket Udp(int host) => In(host, () =>
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 2_000 };
        socket.Bind(new IPEndPoint(Address(host), 7));
        return socket;
    });

    public (Socket Client, Socket Server) Tcp(int from, int to)
    {
        using Socket listener = In(to, () =>
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(Address(to), 7));
            socket.Listen();
            return socket;
        });
        Socket client = In(from, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        client.Connect(new IPEndPoint(Address(to), 7));
        return (client, listener.Accept());
    }

    /// <summary>On a thread made for it: a network namespace belongs to a thread.</summary>
    public T In<T>(int host, Func<T> work)
    {
        T result = default!;
        Exception? failure = null;
        Thread thread = new(() =>
        {
            try
            {
                using SafeFileHandle ns = File.OpenHandle($"/run/netns/{Name(host)}");
                if (setns((int)ns.DangerousGetHandle(), 0) != 0)
                {
                    throw new IOException($"setns: {Marshal.GetLastPInvokeErrorMessage()}");
                }
                result = work();
            }
            catch (IOException thrown)
            {
                failure = thrown;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result : throw failure;
    }

    public void Dispose()
    {
        foreach (string ns in namespaces)
        {
            Ip($"netns del {ns}");
        }
    }

    string Name(int host) => $"{prefix}h{host}";

    static void Ip(string arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true })!;
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new IOException($"ip {arguments}: {errors}");
        }
    }

    [DllImport("libc.so.6", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int setns(int fd, int kind);
}

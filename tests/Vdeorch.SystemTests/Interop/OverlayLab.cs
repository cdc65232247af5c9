using System.Net;
using System.Net.Sockets;
using Vdeorch.Linux.Namespaces;
using Vdeorch.SystemTests.Harness;
using Xunit;

namespace Vdeorch.SystemTests.Interop;

/// <summary>Whose plug it is.</summary>
public enum Tool
{
    Ours,
    TheirOwn,
}

/// <summary>
/// Hosts 1 and 2: network namespaces joined by a veth, 10.9.0.N/24 and fd09::N/64 on <c>wire</c>, with a route for multicast. On each, taps by plugs of
/// either tool. At the end nothing of it is left, and every plug of ours has ended as it should.
/// </summary>
public sealed class OverlayLab : IAsyncDisposable
{
    static int s_made;

    readonly string prefix = $"vdo{Environment.ProcessId}x{Interlocked.Increment(ref s_made)}";
    readonly List<Running> running = [];
    readonly List<Running> ours = [];
    readonly NamespaceThread thread = new("overlay");

    OverlayLab()
    {
    }

    public static async Task<OverlayLab> MakeAsync(params string[] tools)
    {
        Host.Needs(["ip", "ping", .. tools]);
        Assert.SkipUnless(Host.IsRoot, "taps and namespaces are root's");
        OverlayLab lab = new();
        try
        {
            await IpAsync($"netns add {lab.Name(1)}");
            await IpAsync($"netns add {lab.Name(2)}");
            await IpAsync($"link add name wire netns {lab.Name(1)} type veth peer name wire netns {lab.Name(2)}");
            foreach (int host in (int[])[1, 2])
            {
                await IpAsync($"-n {lab.Name(host)} addr add 10.9.0.{host}/24 dev wire");
                await IpAsync($"-n {lab.Name(host)} addr add fd09::{host}/64 dev wire nodad");
                await IpAsync($"-n {lab.Name(host)} link set lo up");
                await IpAsync($"-n {lab.Name(host)} link set wire up");
                await IpAsync($"-n {lab.Name(host)} route add 224.0.0.0/4 dev wire");
            }
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    public string Name(int host) => $"{prefix}h{host}";

    public static Task<Finished> IpAsync(string arguments) => RunAsync(["ip", .. arguments.Split(' ')]);

    public IReadOnlyList<string> Inside(int host, params IEnumerable<string> command) => ["ip", "netns", "exec", Name(host), .. command];

    public Running Start(int host, params IEnumerable<string> command)
    {
        Running started = Running.Start([.. Inside(host, command)], Host.Current.Environment(Who.Root));
        running.Add(started);
        return started;
    }

    /// <summary>Two locators joined on a host.</summary>
    public Running Plug(int host, Tool tool, params string[] locators)
    {
        Running plug = tool == Tool.Ours ? Start(host, [Host.Current.Binary, "plug", .. locators]) : Start(host, ["vde_plug", .. locators]);
        (tool == Tool.Ours ? ours : []).Add(plug);
        return plug;
    }

    /// <summary>Makes a tap with an address, up, and plugs it in.</summary>
    /// <param name="address">"10.50.0.1".</param>
    /// <param name="mtu">Of the tap; 1450 leaves the datagrams whole.</param>
    public async Task<Running> JoinAsync(int host, Tool tool, string tap, string address, string locator, int mtu = 1450)
    {
        Running plug = Plug(host, tool, $"tap://{tap}", locator);
        await Wait.UntilAsync($"{tap} is there\n{plug.Output}", async () =>
            (await Running.ToEndAsync(["ip", "-n", Name(host), "link", "show", tap])).ExitCode == 0 ? true : plug.HasExited ? throw new InvalidOperationException((await plug.EndAsync()).ToString()) : false);
        await File("/proc/sys/net/ipv6/conf/" + tap + "/disable_ipv6", host);
        await IpAsync($"-n {Name(host)} addr add {address}/24 dev {tap}");
        await IpAsync($"-n {Name(host)} link set {tap} mtu {mtu} up");
        return plug;
    }

    /// <summary>Until an answer comes: the plug may not be open yet.</summary>
    public Task PingsAsync(int host, string address, params string[] options) => Wait.UntilAsync($"{address} answers host {host}", async () =>
        (await Running.ToEndAsync([.. Inside(host, ["ping", "-n", "-c", "1", "-W", "1", .. options, address])])).ExitCode == 0);

    /// <summary>So many in a row, without one lost.</summary>
    public async Task PingsAllAsync(int host, string address, params string[] options) =>
        (await Running.ToEndAsync([.. Inside(host, ["ping", "-n", "-c", "20", "-i", "0.01", "-W", "5", .. options, address])])).Exited(0);

    public T In<T>(int host, Func<T> work)
    {
        using NetNamespace ns = NetNamespace.Open($"/run/netns/{Name(host)}");
        return thread.Run(ns, work);
    }

    /// <summary>A socket of a host, in no group yet.</summary>
    public Socket Udp(int host, IPAddress address, int port) => In(host, () =>
    {
        Socket socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(address, port));
        return socket;
    });

    /// <summary>A socket of a host that hears a group.</summary>
    public Socket Member(int host, IPAddress group, int port)
    {
        Socket socket = Udp(host, group, port);
        return In(host, () =>
        {
            socket.SetSocketOption(SocketOptionLevel.IP, SocketOptionName.AddMembership, new MulticastOption(group));
            return socket;
        });
    }

    /// <summary>Tells a plug to end, as a service manager does.</summary>
    public static async Task<Finished> EndAsync(Running plug)
    {
        await plug.SignalAsync("TERM");
        return await plug.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        List<string> wrong = [];
        foreach (Running plug in ours.Where(plug => !plug.HasExited))
        {
            Finished ended = await EndAsync(plug);
            if (ended.Err.Length > 0)
            {
                wrong.Add(ended.ToString());
            }
        }
        foreach (Running it in running)
        {
            await it.DisposeAsync();
        }
        foreach (int host in (int[])[1, 2])
        {
            if (System.IO.File.Exists($"/run/netns/{Name(host)}"))
            {
                await IpAsync($"netns del {Name(host)}");
            }
        }
        thread.Dispose();
        Assert.Empty(wrong);
    }

    Task File(string path, int host)
    {
        In(host, () =>
        {
            System.IO.File.WriteAllText(path, "1");
            return 0;
        });
        return Task.CompletedTask;
    }

    static async Task<Finished> RunAsync(IReadOnlyList<string> command) => (await Running.ToEndAsync(command)).Exited(0);
}

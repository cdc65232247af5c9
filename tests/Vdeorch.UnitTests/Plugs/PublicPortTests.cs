using Vdeorch.Linux.Io;
using Vdeorch.Linux.Unix;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Local;
using Vdeorch.Plugs.Public;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>A port's endpoints are real sockets, in a directory of the test's.</summary>
public sealed class PublicPortTests : IDisposable
{
    static readonly byte[] s_frame = [.. Enumerable.Range(0, 60).Select(i => (byte)i)];

    readonly string directory = Directory.CreateTempSubdirectory("vt-port-").FullName;
    readonly List<VdeNode> nodes = [];
    readonly List<Fd> clients = [];
    readonly PublicPort port = new();
    readonly FrameBatch batch = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void FramesOfAnEndpointComeAndThoseOfTheSwitchGoToAll(int endpoints)
    {
        Join(endpoints);
        UnixSocket.Send(clients[^1], s_frame);

        Assert.Equal(1, port.Receive(batch).Frames);
        Assert.Equal(1, port.Send(batch, [0]).Frames);

        byte[] room = new byte[100];
        Assert.All(clients, client => Assert.Equal(60, UnixSocket.Receive(client, room).Count));
        batch.Clear();
        Assert.Equal(Errnos.Again, port.Receive(batch).Errno);
    }

    [Fact]
    public void WhoHasLeftIsNotHeardAndHearsNothing()
    {
        Join(2);
        UnixSocket.Send(clients[0], s_frame);
        port.Remove(nodes[0]);

        Assert.Equal(0, port.Receive(batch).Frames);
        batch.AddPlain(s_frame);
        Assert.Equal(1, port.Send(batch, [0]).Frames);
        Assert.Equal(Errnos.Again, UnixSocket.Receive(clients[0], new byte[100]).Errno);
        port.Remove(nodes[1]);
        Assert.Equal(Errnos.NotConnected, port.Send(batch, [0]).Errno);
    }

    [Fact]
    public void LongDatagramsAreCutAndShortOnesPassedOver()
    {
        Join(1);
        UnixSocket.Send(clients[0], new byte[13]);
        UnixSocket.Send(clients[0], new byte[3014]);
        UnixSocket.Send(clients[0], new byte[16]);

        Assert.Equal(2, port.Receive(batch).Frames);
        Assert.Equal(PublicPort.MaxFrameBytes, batch.Frame(0).Length);
        Assert.Equal(16, batch.Frame(1).Length);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void NothingIsAllocatedForAFrame(int endpoints)
    {
        Join(endpoints);
        int[] first = [0];
        byte[] room = new byte[100];
        Assert.Equal(0, Allocated.Least(() =>
        {
            UnixSocket.Send(clients[0], s_frame);
            batch.Clear();
            port.Receive(batch);
        }));
        Assert.Equal(0, Allocated.Least(() =>
        {
            port.Send(batch, first);
            foreach (Fd client in clients)
            {
                UnixSocket.Receive(client, room);
            }
        }));
    }

    public void Dispose()
    {
        port.Dispose();
        nodes.ForEach(node => node.Close());
        clients.ForEach(client => client.Dispose());
        Directory.Delete(directory, recursive: true);
    }

    void Join(int endpoints)
    {
        for (int i = 0; i < endpoints; i++)
        {
            (string near, string far) = ($"{directory}/near{i}", $"{directory}/far{i}");
            Fd client = UnixSocket.Open(UnixKind.Datagram);
            clients.Add(client);
            Assert.Equal(0, UnixSocket.TryBind(client, far, 0b110_000_000));
            Fd data = UnixSocket.Open(UnixKind.Datagram);
            Assert.Equal(0, UnixSocket.TryConnect(data, far));
            VdeNode node = new((ulong)i + 1, 1, data, SocketPath.Bind(data, near, 0b110_000_000), "test", 0, 0);
            nodes.Add(node);
            Assert.Equal(0, UnixSocket.TryConnect(client, near));
            port.Add(node);
        }
    }
}

using Vdeorch.Linux.Io;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Overlays;

/// <summary>A plug that is opened, sent through and read from as a worker would.</summary>
sealed class PlugEnd : IDisposable
{
    readonly FrameBatch batch = new();
    readonly Epoll epoll = new();

    /// <param name="parameters">"port=15000", "v6".</param>
    public PlugEnd(string scheme, string argument, params string[] parameters)
    {
        Plug = new PlugOpening { Description = "test" }.Open(Locator(scheme, argument, parameters));
        epoll.Add(Plug.Readiness, 0, Interest.Readable);
    }

    public IPlug Plug { get; }

    public static Uvdel Locator(string scheme, string argument, params string[] parameters) => new(
        scheme, argument, [.. parameters.Select(text => text.Split('=', 2)).Select(parts => new UvdelParameter(parts[0], parts.Length > 1 ? parts[1] : ""))], null);

    /// <summary>From and to these last bytes of addresses, 0xff: everybody; filled with what can be told apart.</summary>
    public static byte[] Frame(byte to, byte from, int bytes)
    {
        byte[] frame = new byte[bytes];
        frame.AsSpan().Fill((byte)bytes);
        frame.AsSpan(0, 6).Fill(to == 0xff ? (byte)0xff : (byte)0x02);
        frame[5] = to;
        frame.AsSpan(6, 6).Fill(0x02);
        frame[11] = from;
        return frame;
    }

    /// <summary>In one batch.</summary>
    public Transfer Send(params byte[][] frames)
    {
        batch.Clear();
        foreach (byte[] frame in frames)
        {
            batch.AddPlain(frame);
        }
        Transfer sent = Plug.Send(batch, Enumerable.Range(0, frames.Length).ToArray());
        // The batch goes to other ports next.
        Assert.All(frames, (frame, i) => Assert.True(batch.Frame(i).SequenceEqual(frame)));
        return sent;
    }

    /// <summary>Frames, until there are as many or nothing comes any more.</summary>
    public List<byte[]> Receive(int count)
    {
        List<byte[]> received = [];
        Span<Ready> ready = stackalloc Ready[1];
        while (received.Count < count && epoll.Wait(ready, 5_000) == 1)
        {
            Turn(received);
        }
        return received;
    }

    /// <summary>Whether nothing is there but what is no frame.</summary>
    public bool IsSilent()
    {
        List<byte[]> received = [];
        Span<Ready> ready = stackalloc Ready[1];
        while (epoll.Wait(ready, 0) == 1)
        {
            Turn(received);
        }
        return received.Count == 0;
    }

    public void Dispose()
    {
        Plug.Dispose();
        epoll.Dispose();
    }

    void Turn(List<byte[]> received)
    {
        batch.Clear();
        Transfer taken = Plug.Receive(batch);
        Assert.Contains(taken.Errno, new[] { 0, Errnos.Again });
        Assert.Equal(batch.Count, taken.Frames);
        Assert.Equal(Enumerable.Range(0, batch.Count).Sum(i => batch.Frame(i).Length), taken.Bytes);
        received.AddRange(Enumerable.Range(0, batch.Count).Select(i => batch.Frame(i).ToArray()));
    }
}

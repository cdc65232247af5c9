using CsCheck;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>Whatever goes into a socket of this host comes out of the other as it was, in order, as long as it is a frame.</summary>
public sealed class LocalPlugProperties : IDisposable
{
    const int MinFrameBytes = 14;

    static readonly Gen<byte[][]> s_batches = Gen.Frequency(
        (8, Gen.Int[0, 100]), (4, Gen.Int[100, 1600]), (1, Gen.Int[FrameBatch.MaxPlainFrameBytes - 2, FrameBatch.MaxPlainFrameBytes + 2]), (1, Gen.Int[0, FrameBatch.MaxFrameBytes]))
        .SelectMany(bytes => Gen.Byte.Select(value => Frame(bytes, value))).Array[0, 12];

    readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("vtp-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("ptp", "ptp")]
    [InlineData("hub", "vde")]
    [InlineData("multi", "vde")]
    [InlineData("switch", "vde")]
    [InlineData("bonding", "vde")]
    public async Task FramesComeThroughAsTheyWere(string kind, string peer)
    {
        using IPlug one = Open(kind);
        Task<IPlug> opening = Task.Run(() => Open(peer), TestContext.Current.CancellationToken);
        FrameBatch received = new();
        while (!opening.IsCompleted)
        {
            one.Receive(received);
        }
        using IPlug other = await opening;

        s_batches.Sample(frames =>
        {
            Assert.Equal(Passed(frames), Pass(one, other, frames));
            Assert.Equal(Passed(frames), Pass(other, one, frames));
        }, iter: 300, threads: 1);
    }

    // To everybody, so that no switch knows better.
    static byte[] Frame(int bytes, byte value)
    {
        byte[] frame = new byte[bytes];
        frame.AsSpan().Fill(value);
        frame.AsSpan(0, Math.Min(bytes, 6)).Fill(0xff);
        return frame;
    }

    static List<byte[]> Passed(byte[][] frames) => [.. frames.Where(frame => frame.Length is >= MinFrameBytes and <= FrameBatch.MaxPlainFrameBytes)];

    static List<byte[]> Pass(IPlug from, IPlug to, byte[][] frames)
    {
        FrameBatch batch = new();
        FrameBatch received = new();
        List<byte[]> came = [];
        int sent = 0;
        foreach (byte[] frame in frames)
        {
            if (!batch.HasRoom)
            {
                Send();
            }
            batch.AddPlain(frame);
        }
        Send();
        return came;

        void Send()
        {
            from.Send(batch, [.. Enumerable.Range(0, batch.Count)]);
            sent += Enumerable.Range(0, batch.Count).Count(index => batch.Frame(index).Length is >= MinFrameBytes and <= FrameBatch.MaxPlainFrameBytes);
            batch.Clear();
            for (int attempt = 0; attempt < 100 && came.Count < sent; attempt++)
            {
                received.Clear();
                to.Receive(received);
                came.AddRange(Enumerable.Range(0, received.Count).Select(index => received.Frame(index).ToArray()));
            }
        }
    }

    IPlug Open(string kind) => new PlugOpening { Description = "test" }.Open(new Uvdel(kind, Path.Combine(_directory.FullName, "s"), [], null));
}

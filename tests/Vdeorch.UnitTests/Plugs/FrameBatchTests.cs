using CsCheck;
using Vdeorch.Plugs.Frames;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class FrameBatchTests
{
    static readonly Gen<int[]> SomeSizes = Gen.Frequency((8, Gen.Int[0, 1_600]), (2, Gen.Int[0, FrameBatch.MaxFrameBytes])).Array[0, 80];

    [Fact]
    public void FramesKeepTheirBytesWhateverComesAfterThem() =>
        SomeSizes.Sample(sizes =>
        {
            FrameBatch batch = new();
            int put = Fill(batch, sizes);
            for (int i = 0; i < put; i++)
            {
                Assert.Equal(sizes[i], batch.Frame(i).Length);
                Assert.Equal(sizes[i] + VirtioNetHeader.Bytes, batch.HeaderAndFrame(i).Length);
                Assert.Equal(-1, batch.HeaderAndFrame(i).IndexOfAnyExcept((byte)i));
            }
        });

    [Fact]
    public void FourSuperFramesOrSixtyFourSmallOnesFit()
    {
        FrameBatch batch = new();

        Assert.Equal(4, Fill(batch, Enumerable.Repeat(FrameBatch.MaxFrameBytes, 100)));
        batch.Clear();
        Assert.Equal(FrameBatch.MaxFrames, Fill(batch, Enumerable.Repeat(64, 100)));
    }

    [Fact]
    public void NoMoreAreAskedForThanAreWantedButMoreMayCome()
    {
        FrameBatch batch = new();
        batch.Clear(wanted: 2);

        Assert.Equal(2, batch.Lay(1_514));
        Assert.Equal(3, Fill(batch, [60, 60, 60]));
        Assert.Equal(0, batch.Wanted);
        Assert.Equal(0, batch.Lay(1_514));

        batch.Clear();
        Assert.Equal(FrameBatch.MaxFrames, batch.Wanted);
    }

    [Fact]
    public void WrappingUsesTheHeadroomAndLeavesTheNeighboursAlone() =>
        Gen.Select(Gen.Int[1, FrameBatch.Headroom], Gen.Int[14, 1_500]).Sample((wrap, size) =>
        {
            FrameBatch batch = new();
            Fill(batch, [size, size, size]);

            batch.Push(1, wrap);
            batch.Frame(1)[..wrap].Fill(0xEE);

            Assert.Equal(size + wrap, batch.Frame(1).Length);
            Assert.Equal(FrameBatch.Headroom - wrap, batch.HeadroomOf(1));
            Assert.Equal(-1, batch.Frame(1)[wrap..].IndexOfAnyExcept((byte)1));
            Assert.Equal(-1, batch.HeaderAndFrame(0).IndexOfAnyExcept((byte)0));
            Assert.Equal(-1, batch.HeaderAndFrame(2).IndexOfAnyExcept((byte)2));
        });

    [Fact]
    public void UnwrappingUndoesWrapping() =>
        Gen.Select(Gen.Int[0, FrameBatch.Headroom], Gen.Byte, Gen.UShort[0, 500]).Sample((wrap, flags, start) =>
        {
            FrameBatch batch = new();
            Fill(batch, [100]);
            batch.Header(0) = new VirtioNetHeader { Flags = flags, GsoType = 1, HeaderBytes = 54, SegmentBytes = 1_448, ChecksumStart = start, ChecksumOffset = 16 };
            byte[] before = batch.HeaderAndFrame(0).ToArray();

            batch.Push(0, wrap);
            batch.Pull(0, wrap);

            Assert.Equal(before, batch.HeaderAndFrame(0));
        });

    [Fact]
    public void TheHeaderOfAWrappedFrameMeansTheSameBytes()
    {
        FrameBatch batch = new();
        Fill(batch, [100]);
        batch.Header(0) = new VirtioNetHeader { Flags = VirtioNetHeader.NeedsChecksum, GsoType = 1, HeaderBytes = 54, SegmentBytes = 1_448, ChecksumStart = 34, ChecksumOffset = 16 };

        batch.Push(0, 50);

        VirtioNetHeader wrapped = batch.Header(0);
        Assert.Equal((84, 16, 104, 1_448), (wrapped.ChecksumStart, wrapped.ChecksumOffset, wrapped.HeaderBytes, wrapped.SegmentBytes));
    }

    // Frame i, header and all, is filled with i. Returns how many fitted.
    static int Fill(FrameBatch batch, IEnumerable<int> sizes)
    {
        foreach (int size in sizes)
        {
            if (!batch.HasRoom)
            {
                break;
            }
            batch.Room[..(VirtioNetHeader.Bytes + size)].Fill((byte)batch.Count);
            batch.Add(VirtioNetHeader.Bytes + size);
        }
        return batch.Count;
    }
}

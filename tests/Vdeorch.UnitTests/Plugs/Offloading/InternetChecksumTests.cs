using CsCheck;
using Vdeorch.Plugs.Frames;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Offloading;

public class InternetChecksumTests
{
    [Fact]
    public void AnyLengthAtAnyAlignmentIsAddedUpAsTheBookSays() =>
        Gen.Select(Gen.Byte.Array[0, 5_000], Gen.Int[0, 63]).Sample((bytes, skip) =>
        {
            ReadOnlySpan<byte> part = bytes.AsSpan(Math.Min(skip, bytes.Length));
            byte[] field = new byte[2];

            InternetChecksum.WritePartial(field, InternetChecksum.Sum(part));

            Assert.Equal(Slow(part), field[0] << 8 | field[1]);
        });

    [Theory]
    [InlineData(0xFF, 65_535)]
    [InlineData(0xFF, 65_534)]
    [InlineData(0x00, 65_535)]
    public void TheLargestPacketDoesNotOverflow(byte value, int length)
    {
        byte[] bytes = Enumerable.Repeat(value, length).ToArray();
        byte[] field = new byte[2];

        InternetChecksum.WritePartial(field, InternetChecksum.Sum(bytes));

        Assert.Equal(Slow(bytes), field[0] << 8 | field[1]);
    }

    [Fact]
    public void TheChecksumOfUdpIsNeverZero()
    {
        byte[] field = new byte[2];

        InternetChecksum.WriteNonZero(field, 0xFFFF);

        Assert.Equal([0xFF, 0xFF], field);
    }

    static int Slow(ReadOnlySpan<byte> bytes)
    {
        int sum = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            sum += i % 2 == 0 ? bytes[i] << 8 : bytes[i];
            sum = (sum & 0xFFFF) + (sum >> 16);
        }
        return sum;
    }
}

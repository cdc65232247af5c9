using Vdeorch.Model.Runtime;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Capturing;

public class CaptureMessageTests
{
    [Fact]
    public void FramesAreReadBackAsTheyWereWritten()
    {
        byte[] bytes = new byte[200];
        CaptureWriter writer = new(bytes, "alice/vde0"u8, isOutward: true, 1_234_567_890_123_456_789, maxFrameBytes: 3);
        Assert.True(writer.TryAdd([1, 2]));
        Assert.True(writer.TryAdd([1, 2, 3, 4]));

        CaptureReader reader = new(bytes.AsSpan(0, writer.Bytes));

        Assert.Equal(("alice/vde0", true, 1_234_567_890_123_456_789, 0), (reader.PortName, reader.IsOutward, reader.Time, reader.Dropped));
        Assert.True(reader.TryNext(out ReadOnlySpan<byte> frame, out int length));
        Assert.Equal((2, "0102"), (length, Convert.ToHexString(frame)));
        Assert.True(reader.TryNext(out frame, out length));
        Assert.Equal((4, "010203"), (length, Convert.ToHexString(frame)));
        Assert.False(reader.TryNext(out _, out _));
    }

    [Fact]
    public void AFrameForWhichThereIsNoRoomIsLeftOutWhole()
    {
        byte[] bytes = new byte[16 + 1 + 8 + 4 + 8 + 3];
        CaptureWriter writer = new(bytes, "a"u8, isOutward: false, 0, maxFrameBytes: 100);

        Assert.True(writer.TryAdd([1, 2, 3, 4]));
        Assert.False(writer.TryAdd([1, 2, 3, 4]));
        Assert.True(writer.TryAdd([1, 2, 3]));
        Assert.Equal((2, bytes.Length), (writer.Count, writer.Bytes));
    }

    [Fact]
    public void DropsAreReadBack()
    {
        byte[] bytes = new byte[100];

        CaptureReader reader = new(bytes.AsSpan(0, CaptureMessage.WriteDrops(bytes, "edge"u8, 17)));

        Assert.Equal(("edge", 17), (reader.PortName, reader.Dropped));
        Assert.False(reader.TryNext(out _, out _));
    }

    [Fact]
    public void WhatIsCutOffOrMadeUpIsNeverReadBeyondItsEnd()
    {
        byte[] bytes = new byte[100];
        CaptureWriter writer = new(bytes, "a"u8, isOutward: false, 0, maxFrameBytes: 100);
        writer.TryAdd([1, 2, 3, 4]);
        Random random = new(42);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] message = bytes[..random.Next(writer.Bytes + 1)];
            for (int wrong = random.Next(4); wrong > 0 && message.Length > 0; wrong--)
            {
                message[random.Next(message.Length)] = (byte)random.Next(256);
            }

            CaptureReader reader = new(message);
            int total = 0;
            while (reader.TryNext(out ReadOnlySpan<byte> frame, out int length))
            {
                Assert.True(length >= frame.Length);
                total += frame.Length;
            }
            Assert.True(total <= message.Length);
        }
    }
}

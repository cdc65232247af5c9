using System.Buffers.Binary;
using System.Security.Cryptography;
using CsCheck;
using Vdeorch.Linux;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Wrappers;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Wrappers;

public sealed class AgnoPlugTests : IDisposable
{
    const long Now = 1_795_500_000;

    static readonly byte[] Key = AgnoKey.Parse("00112233445566778899aabbccddeeff"u8, "key");

    readonly WirePlug wire = new();

    public void Dispose() => wire.Dispose();

    [Theory]
    [InlineData("A1", "11000000000000000000000000000000")]
    [InlineData("aB c-D\nEF", "abcdef00000000000000000000000000")]
    [InlineData("123", "12300000000000000000000000000000")]
    [InlineData("0x00112233445566778899aabbccddeeff", "000112233445566778899aabbccddeef")]
    public void KeysAreReadAsLibvdeplugReadsThem(string file, string key) =>
        Assert.Equal(key, Convert.ToHexStringLower(AgnoKey.Parse(System.Text.Encoding.ASCII.GetBytes(file), "key")));

    [Fact]
    public void AKeyFileWithoutDigitsIsRefused() =>
        Assert.Equal(22, Assert.Throws<LinuxException>(() => AgnoKey.Parse("xyz 1"u8, "key")).Errno);

    [Theory]
    [InlineData(0, 78)]
    [InlineData(46, 78)]
    [InlineData(47, 78)]
    [InlineData(48, 78)]
    [InlineData(49, 94)]
    [InlineData(1488, 1518)]
    public void AnotherProgramCanReadWhatGoesOut(int payload, int length)
    {
        byte[] frame = Frame(payload);

        byte[] sent = Plug().Sends(wire, frame)!;

        Assert.Equal(length, sent.Length);
        (byte[] header, byte[] plain) = Decrypt(sent);
        Assert.Equal("0800", Convert.ToHexStringLower(header.AsSpan(0, 2)));
        Assert.Equal("0061676e6f", Convert.ToHexStringLower(header.AsSpan(3, 5)));
        Assert.Equal((uint)Now, BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8)));
        Assert.Equal("a6de", Convert.ToHexStringLower(sent.AsSpan(12, 2)));
        Assert.Equal([.. frame, .. new byte[Math.Max(0, 60 - frame.Length)]], plain[..^header[2]]);
        Assert.All(plain[^header[2]..], padding => Assert.Equal(0, padding));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(17)]
    [InlineData(46)]
    [InlineData(1488)]
    public void WhatAnotherProgramSendsIsRead(int payload)
    {
        byte[] frame = Frame(payload);

        Assert.Equal([frame, frame], Plug().Receives(wire, Encrypt(frame, Now), Encrypt(frame, Now)));
    }

    [Theory]
    [InlineData(-3, false)]
    [InlineData(-2, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void FramesOfAnotherTimeAreNotRead(int seconds, bool isRead) =>
        Assert.Equal(isRead, Plug().Receives(wire, Encrypt(Frame(100), Now + seconds)).Length == 1);

    [Fact]
    public void FramesOfAnotherKeyAndGarbageAreNotRead() =>
        Gen.Byte.Array[0, 200].Sample(garbage =>
        {
            WirePlug network = new();
            using AgnoPlug plug = Plug(network);
            Assert.Empty(plug.Receives(network, garbage));
        });

    [Fact]
    public void WhatIsBehindAShortFrameComesBehindIt()
    {
        byte[] padded = [.. Encrypt(Frame(10), Now), .. new byte[14]];

        byte[] read = Assert.Single(Plug().Receives(wire, padded));

        Assert.Equal(Frame(10), read[..24]);
    }

    [Theory]
    [InlineData(AgnoOptions.Copy, 0x0800, 0x0800)]
    [InlineData(0x86DD, 0x86DD, 0x86DD)]
    [InlineData(AgnoOptions.Random, 0x0600, 0xfffe)]
    public void TheEtherTypeShownIsTheOneAskedFor(int etherType, int least, int most)
    {
        using AgnoPlug plug = new(wire, Key, etherType, () => Now);
        for (int i = 0; i < 50; i++)
        {
            Assert.InRange(BinaryPrimitives.ReadUInt16BigEndian(plug.Sends(wire, Frame(60)).AsSpan(12)), least, most);
        }
    }

    [Theory]
    [InlineData(null, 0xA6DE)]
    [InlineData("0", 0xA6DE)]
    [InlineData("", null)]
    [InlineData("0x1234", 0x1234)]
    [InlineData("4660", 0x1234)]
    [InlineData("03000x", 0x600)]
    [InlineData("copy", AgnoOptions.Copy)]
    [InlineData("Copy", null)]
    [InlineData("0x5ff", null)]
    [InlineData("0xffff", null)]
    public void EtherTypesAreReadAsLibvdeplugReadsThem(string? text, int? etherType) =>
        Assert.Equal(etherType, AgnoOptions.TryEtherType(text, out int read) ? read : null);

    [Fact]
    public void ManyFramesOfEveryLengthGoThroughInOrderAndLeaveTheBatchAsItWas() =>
        Gen.Int[0, 1_500].Array[1, 64].Sample(sizes =>
        {
            WirePlug network = new();
            using AgnoPlug plug = Plug(network);
            FrameBatch batch = new();
            foreach (int size in sizes)
            {
                batch.AddPlain(Frame(size));
            }

            Transfer(plug, batch);
            Transfer(plug, batch);

            byte[][] expected = [.. sizes.Select(size => Frame(size).Concat(new byte[Math.Max(0, 46 - size)]).ToArray())];
            Assert.Equal([.. expected, .. expected], plug.Receives(network, network.Sent));
        });

    [Fact]
    public void NothingIsAllocatedForAFrame()
    {
        Offloading.NullPlug nowhere = new();
        using AgnoPlug plug = new(nowhere, Key, AgnoOptions.DefaultEtherType, () => Now);
        FrameBatch batch = new();
        batch.AddPlain(Frame(1_400));
        int[] frames = [0];

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                plug.Send(batch, frames);
            }
        }));
    }

    [Fact]
    public void ManyThreadsSendAtOnce()
    {
        Offloading.NullPlug nowhere = new();
        using AgnoPlug plug = new(nowhere, Key, AgnoOptions.DefaultEtherType, () => Now);

        Parallel.For(0, 40, _ =>
        {
            FrameBatch batch = new();
            batch.AddPlain(Frame(1_000));
            Assert.Equal(1, plug.Send(batch, [0]).Frames);
            Assert.Equal(Frame(1_000), batch.Frame(0).ToArray());
        });
    }

    AgnoPlug Plug(WirePlug? network = null) => new(network ?? wire, Key, AgnoOptions.DefaultEtherType, () => Now);

    static void Transfer(AgnoPlug plug, FrameBatch batch) => Assert.Equal(batch.Count, plug.Send(batch, [.. Enumerable.Range(0, batch.Count)]).Frames);

    internal static byte[] Frame(int payload) => [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, .. Offloading.OffloadsTests.Payload(payload)];

    static byte[] Encrypt(byte[] frame, long time)
    {
        using Aes aes = Aes.Create();
        aes.Key = Key;
        int padding = -(frame.Length - 14) & 15;
        byte[] header = [.. frame[12..14], (byte)padding, 0, .. "agno"u8, 0, 0, 0, 0, 1, 2, 3, 4];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), (uint)time);
        return
        [
            .. frame[..12], 0xA6, 0xDE,
            .. aes.EncryptEcb(header, PaddingMode.None),
            .. aes.EncryptCbc((byte[])[.. frame[14..], .. new byte[padding]], header, PaddingMode.None),
        ];
    }

    // The header, and the frame with the zeros at its end.
    static (byte[] Header, byte[] Frame) Decrypt(byte[] sent)
    {
        using Aes aes = Aes.Create();
        aes.Key = Key;
        byte[] header = aes.DecryptEcb(sent[14..30], PaddingMode.None);
        return (header, [.. sent[..12], .. header[..2], .. aes.DecryptCbc(sent[30..], header, PaddingMode.None)]);
    }
}

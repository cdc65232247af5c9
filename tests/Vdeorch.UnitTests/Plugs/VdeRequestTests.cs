using System.Text;
using CsCheck;
using Vdeorch.Plugs.Local;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class VdeRequestTests
{
    [Fact]
    public void ARequestIsWhatTheOriginalSends()
    {
        VdeRequest request = new(VdeRequest.NewControl, 7, "/tmp/sw/.01234-00000", "vdeplug: user=root pid=1234");

        byte[] bytes = Write(request);

        Assert.Equal(149, bytes.Length);
        Assert.Equal([0xce, 0xfa, 0xed, 0xfe, 3, 0, 0, 0, 0, 7, 0, 0, 1, 0, .. "/tmp/sw/.01234-00000\0"u8], bytes[..35]);
        Assert.All(bytes[35..122], zero => Assert.Equal(0, zero));
        Assert.Equal("vdeplug: user=root pid=1234", Encoding.UTF8.GetString(bytes[122..]));
    }

    [Fact]
    public void TheManagementPortIsATypeOfItsOwn() =>
        Assert.Equal([1, 0, 0, 0], Write(new VdeRequest(VdeRequest.NewManagementPort, 0, "/x", ""))[8..12]);

    [Fact]
    public void ADescriptionIsCutAt127BytesAndBetweenCharacters()
    {
        Assert.Equal(122 + 127, Write(new VdeRequest(0, 0, "/x", new string('d', 200))).Length);
        Assert.Equal(122 + 126, Write(new VdeRequest(0, 0, "/x", new string('é', 200))).Length);
    }

    [Fact]
    public void WhatIsWrittenIsRead()
    {
        Gen<string> text = Gen.Char['!', 'ÿ'].Array[0, 50].Select(characters => new string(characters));
        Gen.Select(Gen.Int[0, 1], Gen.Int[0, VdeRequest.MaxPort], text, text).Sample((type, port, path, description) =>
        {
            VdeRequest request = new(type, port, path, description);
            Assert.Equal(request, VdeRequest.TryRead(Write(request)));
            VdeRequest old = request with { Port = 0, IsOld = true };
            Assert.Equal(old, VdeRequest.TryRead(Write(old)));
        });
    }

    [Theory]
    [InlineData(0, 0x00)]
    [InlineData(4, 2)]
    [InlineData(4, 4)]
    [InlineData(8, 2)]
    [InlineData(12, 2)]
    public void AnotherMagicVersionTypeOrFamilyIsNoRequest(int at, byte value)
    {
        byte[] bytes = Write(new VdeRequest(0, 1, "/tmp/x", "d"));
        bytes[at] = value;

        Assert.Null(VdeRequest.TryRead(bytes));
    }

    [Fact]
    public void VersionOneHasItsTypeWhereTheVersionIsNow()
    {
        byte[] bytes = Write(new VdeRequest(VdeRequest.NewManagementPort, 0, "/tmp/x", "old") { IsOld = true });

        Assert.Equal(127, bytes.Length);
        Assert.Equal([0xce, 0xfa, 0xed, 0xfe, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, .. "/tmp/x\0"u8], bytes[..23]);
        Assert.All(Enumerable.Range(0, 124), length => Assert.True(VdeRequest.MayGrow(bytes.AsSpan(0, length)) && VdeRequest.TryRead(bytes.AsSpan(0, length)) is null));
        Assert.False(VdeRequest.MayGrow(bytes.AsSpan(0, 124)));
    }

    [Fact]
    public void NoBytesThrow() =>
        Gen.Byte.Array[0, 300].Sample(bytes =>
        {
            VdeRequest.TryRead(bytes);
            VdeRequest.MayGrow(bytes);
            VdeAddress.TryRead(bytes);
        });

    [Fact]
    public void APartOfARequestMayGrowAndGarbageMayNot()
    {
        byte[] bytes = Write(new VdeRequest(0, 1, "/tmp/x", "d"));

        Assert.All(Enumerable.Range(0, VdeRequest.HeadBytes), length => Assert.True(VdeRequest.MayGrow(bytes.AsSpan(0, length))));
        Assert.False(VdeRequest.MayGrow(bytes));
        Assert.False(VdeRequest.MayGrow("GET / HTTP/1.1"u8));
        Assert.All(Enumerable.Range(0, VdeRequest.HeadBytes), length => Assert.Null(VdeRequest.TryRead(bytes.AsSpan(0, length))));
    }

    [Fact]
    public void AReplyIs110BytesAndMayComeShort()
    {
        byte[] reply = new byte[VdeAddress.Bytes];
        VdeAddress.Write("/tmp/sw/001.5", reply);

        Assert.Equal(110, reply.Length);
        Assert.Equal([1, 0, .. "/tmp/sw/001.5\0"u8], reply[..16]);
        Assert.Equal("/tmp/sw/001.5", VdeAddress.TryRead(reply));
        Assert.Equal("/tmp/sw/001.5", VdeAddress.TryRead(reply.AsSpan(0, 16)));
        Assert.Null(VdeAddress.TryRead("\u0002\0/x"u8));
        Assert.Equal("", VdeAddress.TryRead([1, 0]));
    }

    static byte[] Write(VdeRequest request)
    {
        byte[] bytes = new byte[VdeRequest.MaxBytes];
        return bytes[..request.Write(bytes)];
    }
}

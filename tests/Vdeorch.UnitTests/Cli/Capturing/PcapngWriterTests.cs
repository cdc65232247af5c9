using System.Buffers;
using Vdeorch.Cli.Capturing;
using Xunit;

namespace Vdeorch.UnitTests.Cli.Capturing;

public class PcapngWriterTests
{
    // draft-ietf-opsawg-pcapng: by hand, block by block.
    const string Section = "0A0D0D0A 28000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 0400 0100 76000000 0000 0000 28000000";

    [Fact]
    public void AFileIsASectionItsInterfacesFramesAndStatistics()
    {
        ArrayBufferWriter<byte> file = new();
        PcapngWriter writer = new(file, "v", 262_144);
        Expect(file, Section);

        writer.Add("a/v0", isOutward: false, 0x1122334455667788, [1, 2, 3, 4, 5], 70_000);
        Expect(
            file,
            "01000000 28000000 0100 0000 00000400 0200 0400 612F7630 0900 0100 09000000 0000 0000 28000000",
            "06000000 34000000 00000000 44332211 88776655 05000000 70110100 0102030405 000000 0200 0400 01000000 0000 0000 34000000");

        writer.Add("a/v0", isOutward: true, 1, [1, 2, 3, 4], 4);
        Expect(file, "06000000 30000000 00000000 00000000 01000000 04000000 04000000 01020304 0200 0400 02000000 0000 0000 30000000");

        writer.Describe("b");
        Expect(file, "01000000 28000000 0100 0000 00000400 0200 0100 62000000 0900 0100 09000000 0000 0000 28000000");

        writer.Finish(2, new Dictionary<string, long> { ["a/v0"] = 3 });
        Expect(
            file,
            "05000000 34000000 00000000 00000000 02000000 0400 0800 0500000000000000 0500 0800 0300000000000000 0000 0000 34000000",
            "05000000 34000000 01000000 00000000 02000000 0400 0800 0000000000000000 0500 0800 0000000000000000 0000 0000 34000000");
    }

    static void Expect(ArrayBufferWriter<byte> file, params string[] blocks)
    {
        Assert.Equal(string.Concat(blocks).Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(file.WrittenSpan));
        file.ResetWrittenCount();
    }
}

using Vdeorch.Plugs.Management;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

/// <summary>atoi(3) and the %i of scanf(3), as vde_switch's commands read their arguments.</summary>
public class ConsoleNumbersTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("12", 12)]
    [InlineData("  12abc", 12)]
    [InlineData("-5", -5)]
    [InlineData("+7", 7)]
    [InlineData("abc", 0)]
    [InlineData("0x10", 0)]
    [InlineData("010", 10)]
    [InlineData("99999999999", int.MaxValue)]
    [InlineData("-99999999999", int.MinValue)]
    public void AtoiReadsDecimalsAsFarAsTheyGo(string text, int expected) => Assert.Equal(expected, ConsoleNumbers.Atoi(text));

    [Theory]
    [InlineData("1 2", 1, 2)]
    [InlineData("0x10 010", 16, 8)]
    [InlineData(" 3\t-4 more", 3, -4)]
    [InlineData("1 2x", 1, 2)]
    [InlineData("0 0", 0, 0)]
    [InlineData("1-2", 1, -2)]
    public void ScanReadsHexadecimalAndOctalToo(string text, int first, int second) => Assert.Equal([first, second], ConsoleNumbers.Scan(text, 2)!);

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("1 x")]
    [InlineData("x 1")]
    [InlineData("0x 1")]
    [InlineData("- 1")]
    public void FewerNumbersAreNone(string text) => Assert.Null(ConsoleNumbers.Scan(text, 2));
}

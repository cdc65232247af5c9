using System.Text;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Topologies;

/// <summary>What a plan shows of a file.</summary>
public class NamespaceFileTests
{
    [Theory]
    [InlineData("", "0644, 0 bytes, ")]
    [InlineData("x", "0644, 1 byte, ")]
    [InlineData("hello\nthere\n", "0644, 12 bytes, ")]
    public void ItsLengthIsInBytes(string text, string beginning) => Assert.StartsWith(beginning, Print(text), StringComparison.Ordinal);

    [Theory]
    [InlineData("hello\nthere\n", ": hello")]
    [InlineData("a\tb\u001b[31m", ": a?b?[31m")]
    [InlineData("0123456789012345678901234567890123456789and more", ": 0123456789012345678901234567890123456789…")]
    [InlineData("ääääääääääääääääääääääääääääääääääääääääand more", ": ääääääääääääääääääääääääääääääääääääääää…")]
    [InlineData("😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀", ": 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀…")]
    public void ItsFirstLineIsCutAndHarmless(string text, string end) => Assert.EndsWith(end, Print(text), StringComparison.Ordinal);

    [Fact]
    public void TwoThatDifferFarFromTheirBeginningDoNotPrintAlike()
    {
        string text = new('x', 10_000);

        Assert.NotEqual(Print($"{text}a"), Print($"{text}b"));
        Assert.NotEqual(Print(text), NamespaceFile.Print(Encoding.UTF8.GetBytes(text), 0b110_000_000));
    }

    static string Print(string text) => NamespaceFile.Print(Encoding.UTF8.GetBytes(text), NamespaceFile.DefaultMode);
}

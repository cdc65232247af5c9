using Vdeorch.Plugs.Streams;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Streams;

public class CommandWordsTests
{
    [Theory]
    [InlineData("ssh host vde_plug", "ssh|host|vde_plug")]
    [InlineData("  a \t b  ", "a|b")]
    [InlineData("sh -c 'a b; $c \\d'", "sh|-c|a b; $c \\d")]
    [InlineData("\"q\\\"r\"", "q\\\"r")]
    [InlineData("a\\ b \\'c", "a b|'c")]
    [InlineData("$NAME x$NAME", "|xNAME")]
    [InlineData("a'b'\"c\"", "abc")]
    [InlineData("one two; three", "one|two")]
    [InlineData("''", "")]
    public void WordsAreCutAsLibexecsCutsThem(string line, string words) => Assert.Equal(words.Split('|'), CommandWords.Split(line));

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("; a")]
    public void ThereMayBeNone(string line) => Assert.Empty(CommandWords.Split(line));
}

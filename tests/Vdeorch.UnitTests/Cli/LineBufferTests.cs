using Vdeorch.Cli.Consoles;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public class LineBufferTests
{
    static readonly string[] s_words = ["port/print", "port/allprint", "vlan/create", "vlan/print"];

    [Theory]
    [InlineData("abc", "abc|")]
    [InlineData("abc<Left><Left>x", "ax|bc")]
    [InlineData("abc<Home>x<End>y", "xabcy|")]
    [InlineData("abc<Backspace>", "ab|")]
    [InlineData("abc<Left><Delete>", "ab|")]
    [InlineData("abc def<^W>", "abc |")]
    [InlineData("abc def<^U>", "|")]
    [InlineData("abc def<^A><^F><^K>", "a|")]
    [InlineData("abc<^C>x", "x|")]
    [InlineData("<Left><Backspace><Delete><Right>", "|")]
    [InlineData("vl<Tab>c<Tab>10", "vlan/create 10|")]
    [InlineData("po<Tab>", "port/|")]
    [InlineData("nothing<Tab>", "nothing|")]
    [InlineData("new<Up>", "two|")]
    [InlineData("new<Up><Up>", "one|")]
    [InlineData("new<Up><Up><Up>", "one|")]
    [InlineData("new<Up><Up><Down><Down>", "new|")]
    [InlineData("new<Down>", "new|")]
    public void KeysAreThoseOfAShell(string keys, string expected)
    {
        LineBuffer line = new(s_words, ["one", "two"]);
        foreach (ConsoleKeyInfo key in Keys(keys))
        {
            Assert.Equal(LineOutcome.Goes, line.Press(key));
        }

        Assert.Equal(expected, line.Text.Insert(line.Cursor, "|"));
    }

    [Fact]
    public void EnterEndsALineAndControlDAnEmptyOne()
    {
        LineBuffer line = new(s_words, []);
        Assert.Equal(LineOutcome.Ended, line.Press(Keys("<^D>").Single()));
        Assert.Equal([LineOutcome.Goes, LineOutcome.Entered], Keys("x<Enter>").Select(line.Press));
    }

    [Fact]
    public void ASecondTabListsWhatTheWordMayBecome()
    {
        LineBuffer line = new(s_words, []);
        Assert.Equal([LineOutcome.Goes, LineOutcome.Goes, LineOutcome.Listed], Keys("v<Tab><Tab>").Select(line.Press));
        Assert.Equal(["vlan/create", "vlan/print"], line.Candidates);
    }

    static IEnumerable<ConsoleKeyInfo> Keys(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '<')
            {
                yield return new ConsoleKeyInfo(text[i], ConsoleKey.None, false, false, false);
                continue;
            }

            string name = text[(i + 1)..(i = text.IndexOf('>', i))];
            yield return name is ['^', var letter]
                ? new ConsoleKeyInfo((char)(letter - '@'), Enum.Parse<ConsoleKey>([letter]), false, false, control: true)
                : new ConsoleKeyInfo('\0', Enum.Parse<ConsoleKey>(name is "Left" or "Right" or "Up" or "Down" ? $"{name}Arrow" : name), false, false, false);
        }
    }
}

using Vdeorch.Cli.Terminals;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public class TerminalTests
{
    [Theory]
    [InlineData(0, 0, 80, 24)]
    [InlineData(120, 50, 120, 50)]
    [InlineData(5, 1, 20, 3)]
    public void OneThatDoesNotKnowItsSizeIsAnOrdinaryOne(int columns, int lines, int width, int height) => Assert.Equal((width, height), Terminal.Usable(columns, lines));
}

using Vdeorch.Cli.Consoles;
using Xunit;

namespace Vdeorch.UnitTests.Cli;

public class ConsoleReaderTests
{
    const string Session = "VDE switch V.2.3.2\n(C) them\n\nvde$ 0000 DATA END WITH '.'\nNumports=32\n\n1000 bolts\n.\n1000 Success\n\nvde$ 3021 port/+ 05\n1022 Invalid argument\n\nvde$ 9999 END OF SESSION";

    static readonly ConsoleSaid[] s_said =
    [
        new(ConsoleSaying.Line, "VDE switch V.2.3.2"),
        new(ConsoleSaying.Line, "(C) them"),
        new(ConsoleSaying.Prompt, "vde$ "),
        new(ConsoleSaying.Line, "Numports=32"),
        new(ConsoleSaying.Line, ""),
        // Between the brackets a line is what it is.
        new(ConsoleSaying.Line, "1000 bolts"),
        new(ConsoleSaying.Result, "Success"),
        new(ConsoleSaying.Prompt, "vde$ "),
        new(ConsoleSaying.News, "port/+ 05"),
        new(ConsoleSaying.Result, "Invalid argument", 22),
        new(ConsoleSaying.Prompt, "vde$ "),
        new(ConsoleSaying.End, "END OF SESSION"),
    ];

    [Fact]
    public void WhatIsSaidIsTheSameHoweverItIsCut()
    {
        for (int size = 1; size <= Session.Length; size++)
        {
            ConsoleReader reader = new();
            List<ConsoleSaid> said = [];
            foreach (char[] piece in Session.Chunk(size))
            {
                said.AddRange(reader.Take(new string(piece)));
            }

            // The last has no end of its own: cut in it, its beginning says all.
            Assert.Equal(s_said[..^1], said[..(s_said.Length - 1)]);
            Assert.Equal(ConsoleSaying.End, said[s_said.Length - 1].Saying);
        }
    }
}

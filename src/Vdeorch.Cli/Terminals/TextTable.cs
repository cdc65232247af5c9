namespace Vdeorch.Cli.Terminals;

/// <summary>Columns as wide as their widest cell, two blanks between, none at the end of a line. Never wraps: lines are for grep.</summary>
sealed class TextTable(params string[] headings)
{
    readonly List<(Cell[] Cells, string[] Below)> rows = [];

    public bool IsEmpty => rows.Count == 0;

    public void Add(params Cell[] cells) => rows.Add((cells, []));

    /// <param name="below">Lines printed indented under the row; they do not widen the columns.</param>
    public void AddWith(IEnumerable<string> below, params Cell[] cells) => rows.Add((cells, [.. below]));

    public void Write(TextWriter into, Ink ink)
    {
        Cell[] heading = [.. headings.Select(text => new Cell(text, Colour.Heading))];
        int[] widths = [.. headings.Select((text, at) => rows.Select(row => row.Cells[at].Text.Length).Append(text.Length).Max())];
        WriteRow(heading, widths, into, ink);
        foreach ((Cell[] cells, string[] below) in rows)
        {
            WriteRow(cells, widths, into, ink);
            foreach (string line in below)
            {
                into.WriteLine($"    {line}");
            }
        }
    }

    static void WriteRow(Cell[] cells, int[] widths, TextWriter into, Ink ink)
    {
        int last = Array.FindLastIndex(cells, cell => cell.Text.Length > 0);
        for (int at = 0; at <= last; at++)
        {
            into.Write(ink.Paint(cells[at].Colour, cells[at].Text));
            into.Write(new string(' ', at == last ? 0 : widths[at] - cells[at].Text.Length + 2));
        }

        into.WriteLine();
    }
}

readonly record struct Cell
{
    public Cell(string? text, Colour colour = Colour.Plain)
    {
        Text = Ink.Harmless(text ?? "");
        Colour = colour;
    }

    public string Text { get; }

    public Colour Colour { get; }

    public static implicit operator Cell(string? text) => new(text);
}

using CsCheck;
using Vdeorch.Model.Reading;
using Vdeorch.UnitTests.Reading;
using Xunit;

namespace Vdeorch.UnitTests.Formatting;

public class FormatterProperties
{
    static readonly string[] s_files = [.. Formatted.Files];

    static readonly Gen<string> s_file = Gen.Int[0, s_files.Length - 1].Select(at => s_files[at]);

    [Fact]
    public void HoweverAFileIsWrittenNothingIsLost() =>
        Gen.Select(s_file, Scrambler.Numbers, (file, numbers) => new Scrambler(numbers).Write(NodesOf.Text(file, out _)!)).Sample(Formatted.CheckAll, iter: 600);

    [Fact]
    public void OrderAndIndentationLeaveNoTrace() =>
        Gen.Select(s_file, Scrambler.Numbers, Scrambler.Numbers).Sample((file, numbers, others) =>
        {
            Node root = NodesOf.Text(file, out _)!;
            string one = Formatted.Format(Write(root, numbers));
            string other = Formatted.Format(Write(root, others));
            // A key that no schema knows goes with the one before it.
            if (!file.Contains("x-", StringComparison.Ordinal))
            {
                Assert.Equal(one, other);
            }
        }, iter: 300);

    [Fact]
    public void EveryLevelIsTwoColumns() =>
        Gen.Select(s_file, Scrambler.Numbers).Sample((file, numbers) =>
        {
            string text = Formatted.Format(Write(NodesOf.Text(file, out _)!, numbers));
            return text.Split('\n').All(line => (line.Length - line.TrimStart(' ').Length) % 2 == 0 && line == line.TrimEnd());
        }, iter: 300);

    [Fact]
    public void NoChangeToAFileMakesTheFormatterThrowOrLoseAnything()
    {
        string[] pieces = ["\n", "\n  ", "# c\n", " # d", "  ", "- ", "? ", "&a ", "*a", "|\n", ">-\n  x\n", "{ ", " }", "[", "]", ", ", ": ", "x-y: 1\n", "---\n", "...\n", "\t", "'", "\"", "~"];
        Gen.Select(s_file, Gen.Int[0, 3000], Gen.Int[0, 6], Gen.Int[0, pieces.Length - 1]).Array[1, 3].Select(changes =>
        {
            string text = changes[0].Item1;
            foreach ((string _, int at, int remove, int piece) in changes)
            {
                int start = at % (text.Length + 1);
                text = $"{text[..start]}{pieces[piece]}{text[Math.Min(text.Length, start + remove)..]}";
            }

            return text;
        }).Where(text => NodesOf.Text(text, out ReadContext context) is MapNode && !context.Bag.HasErrors).Sample(Formatted.Check, iter: 2000);
    }

    static string Write(Node root, int[] numbers) => new Scrambler(numbers) { HasComments = false, HasStyles = false }.Write(root);
}

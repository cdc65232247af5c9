using System.Globalization;
using System.Text;
using Vdeorch.Cli.Terminals;
using Vdeorch.Engine.Api;
using Vdeorch.Model.Resources;

namespace Vdeorch.Cli.Views;

/// <summary>
/// Steps of an operation as they come, on stderr. On a terminal each object under way has a live line at the bottom,
/// and leaves a lasting one above when it is done; elsewhere there are only the lasting ones.
/// </summary>
sealed class ProgressView(Terminal terminal)
{
    readonly SortedDictionary<ResourceId, StepProgress> underWay = [];

    // Live lines on the screen; the cursor stands at the start of the line below them.
    int drawn;

    public void Show(StepProgress step)
    {
        bool ended = step.Phase is not ("started" or "waiting");
        if (ended)
        {
            underWay.Remove(step.Id);
        }
        else
        {
            underWay[step.Id] = step;
        }

        // Without live lines, what is waited for is said once.
        bool lasts = ended || !terminal.ErrorInk.IsOn && step.Phase == "waiting";
        string lasting = lasts ? $"  {terminal.ErrorInk.Paint(ColourOf(step.Phase), Sentence(step))}\n" : "";
        terminal.Error.Write($"{Erase()}{lasting}{Draw()}");
        terminal.Error.Flush();
    }

    /// <summary>Takes the live lines away. Whoever else wants to write to the terminal calls it first.</summary>
    public void Clear()
    {
        terminal.Error.Write(Erase());
        terminal.Error.Flush();
    }

    /// <returns><c>created interface/alice/vde0 in 0.8 ms</c>.</returns>
    public static string Sentence(StepProgress step)
    {
        string detail = string.IsNullOrEmpty(step.Detail) ? "" : $": {step.Detail}";
        string elapsed = Words.Elapsed(TimeSpan.FromMilliseconds(step.ElapsedMs));
        return Ink.Harmless(step.Phase switch
        {
            "started" => $"{Words.Present(step.Action)} {step.Id}{detail}",
            "waiting" => $"waiting for {step.Id}{detail}",
            "done" => $"{Words.Past(step.Action)} {step.Id} in {elapsed}{detail}",
            "failed" => $"FAILED to {Words.Infinitive(step.Action)} {step.Id} after {elapsed}{detail}",
            "rolled-back" => $"rolled back {step.Id} in {elapsed}{detail}",
            _ => $"{step.Phase} {step.Id}{detail}",
        });
    }

    string Erase()
    {
        string up = drawn == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"\e[{drawn}A\e[J");
        drawn = 0;
        return up;
    }

    // No line may wrap or scroll away: the way back up is counted in lines.
    string Draw()
    {
        if (!terminal.ErrorInk.IsOn)
        {
            return "";
        }

        (int width, int height) = terminal.Size();
        int room = Math.Max(1, height - 2);
        StringBuilder lines = new();
        foreach (StepProgress step in underWay.Values.Take(underWay.Count > room ? room - 1 : room))
        {
            Add(lines, $"  {Sentence(step)} …", width);
        }

        if (underWay.Count > drawn)
        {
            Add(lines, string.Create(CultureInfo.InvariantCulture, $"  … and {underWay.Count - drawn} more"), width);
        }

        return lines.ToString();
    }

    void Add(StringBuilder lines, string line, int width)
    {
        lines.Append(terminal.ErrorInk.Dim(line.Length < width ? line : $"{line[..Math.Max(0, width - 2)]}…")).Append('\n');
        drawn++;
    }

    static Colour ColourOf(string phase) => phase switch
    {
        "failed" => Colour.Bad,
        "rolled-back" => Colour.Attention,
        _ => Colour.Plain,
    };
}

using System.Text;

namespace Vdeorch.Cli.Terminals;

/// <summary>Colour for a terminal, nothing at all elsewhere. The words must say the same without it.</summary>
/// <param name="IsOn">Whether escape sequences may be written.</param>
readonly record struct Ink(bool IsOn)
{
    public string Bold(string text) => Paint("1", text);
    public string Dim(string text) => Paint("2", text);
    public string Red(string text) => Paint("31", text);
    public string Green(string text) => Paint("32", text);
    public string Yellow(string text) => Paint("33", text);
    public string Cyan(string text) => Paint("36", text);

    public string Paint(Colour colour, string text) => colour switch
    {
        Colour.Good => Green(text),
        Colour.Bad => Red(text),
        Colour.Attention => Yellow(text),
        Colour.Quiet => Dim(text),
        Colour.Heading => Bold(text),
        _ => text,
    };

    /// <summary>Text from files and programs, made harmless: what a terminal would obey is shown escaped.</summary>
    public static string Harmless(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        StringBuilder shown = new(text.Length + 8);
        foreach (char c in text)
        {
            _ = c switch
            {
                '\n' => shown.Append("\\n"),
                '\t' => shown.Append("\\t"),
                '\r' => shown.Append("\\r"),
                _ when char.IsControl(c) => shown.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{(int)c:x2}"),
                _ => shown.Append(c),
            };
        }

        return shown.ToString();
    }

    string Paint(string code, string text) => IsOn && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}

/// <summary>What a colour is for.</summary>
enum Colour
{
    Plain,
    Good,
    Bad,
    Attention,
    Quiet,
    Heading,
}

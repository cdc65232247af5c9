using System.Globalization;
using System.Text;

namespace Vdeorch.Model.Diagnostics;

/// <summary>The user's own text inside a message: short, and unable to steer a terminal.</summary>
internal static class Quoted
{
    const int MaxLength = 60;

    public static string Text(string value) =>
        value.Length <= MaxLength ? $"'{Printable(value)}'" : $"'{Printable(value[..Whole(value, MaxLength)])}…'";

    /// <summary>Control and formatting characters (escape sequences, bidirectional overrides) as <c>\u001b</c>; tabs stay.</summary>
    public static string Printable(string value)
    {
        if (!value.Any(IsUnprintable))
        {
            return value;
        }

        var text = new StringBuilder();
        foreach (char c in value)
        {
            _ = IsUnprintable(c) ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}") : text.Append(c);
        }

        return text.ToString();
    }

    internal static bool IsUnprintable(char c) =>
        c != '\t' && (char.IsControl(c) || char.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);

    // Never between the halves of a surrogate pair.
    internal static int Whole(string value, int length) => char.IsHighSurrogate(value[length - 1]) ? length - 1 : length;
}

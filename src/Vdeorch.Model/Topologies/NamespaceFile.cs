using System.Globalization;
using System.Text;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Topologies;

/// <summary>A file that programs of one namespace see, and nobody else on the host.</summary>
/// <param name="Path">From the root, without a slash before it: <c>etc/motd</c>. No part is <c>.</c> or <c>..</c>.</param>
/// <param name="Text">All of it, written as UTF-8; has no NUL.</param>
/// <param name="Mode">Its permission bits; its owner may read it.</param>
public sealed record NamespaceFile(string Path, string Text, int Mode)
{
    public const int DefaultMode = 0b110_100_100;

    /// <summary>What fields of files begin with.</summary>
    public const string Paths = "files.";

    const int ShownLetters = 40;

    public Field Field => new($"{Paths}{Path}", Print(Encoding.UTF8.GetBytes(Text), Mode), OnChange.Hot);

    /// <summary>Permissions, length, a digest of the whole and the beginning of the first line: enough to tell two apart, and short enough for a plan.</summary>
    public static string Print(ReadOnlySpan<byte> utf8, int mode)
    {
        string bytes = string.Create(CultureInfo.InvariantCulture, $"{SwitchSpec.PrintMode(mode)}, {utf8.Length} byte{(utf8.Length == 1 ? "" : "s")}, {ContentDigest.Of(utf8):x16}");
        string first = FirstLine(utf8);
        return first.Length == 0 ? bytes : $"{bytes}: {first}";
    }

    static string FirstLine(ReadOnlySpan<byte> utf8)
    {
        // Four bytes a letter at most, and what is cut in the middle of one is cut off below.
        ReadOnlySpan<byte> beginning = utf8[..Math.Min(utf8.Length, (ShownLetters + 1) * 4)];
        int end = beginning.IndexOf((byte)'\n');
        string line = Encoding.UTF8.GetString(end < 0 ? beginning : beginning[..end]).Trim();
        string shown = line.Length > ShownLetters ? $"{line[..(char.IsHighSurrogate(line[ShownLetters - 1]) ? ShownLetters - 1 : ShownLetters)]}…" : line;
        return string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c));
    }
}

using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Model.Reading;

/// <summary>Bytes to text: size, strict UTF-8, and no character YAML forbids (a NUL would end YamlDotNet's input without a word).</summary>
internal static class TextDecoder
{
    /// <param name="file">Names it; its bytes are not looked at.</param>
    /// <param name="number">As the text's.</param>
    /// <returns>The text as far as it is good, and what is wrong after it; a byte order mark is dropped.</returns>
    public static (SourceText Source, DiagnosticCode? Wrong, TextRange At, string Message, string? Suggestion) Decode(ReadOnlySpan<byte> utf8, InputFile file, Part part, int number)
    {
        if (utf8.Length > TopologyReader.MaxBytes)
        {
            var none = Source(file, part, number, "");
            return (none, DiagnosticCatalog.TooLarge, none.All,
                string.Create(CultureInfo.InvariantCulture, $"the file has {utf8.Length:N0} bytes; a topology may have {TopologyReader.MaxBytes:N0}"),
                "describe namespaces that are alike once, with replicas");
        }

        ReadOnlySpan<byte> text = utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
        if (!Utf8.IsValid(text))
        {
            return Refuse(text, file, part, number);
        }

        var source = Source(file, part, number, Encoding.UTF8.GetString(text));
        for (int i = 0; i < source.Text.Length; i++)
        {
            char c = source.Text[i];
            if ((c < ' ' && c is not ('\t' or '\n' or '\r')) || c is '\u007f' or (> '\u007f' and < '\u00a0' and not '\u0085') or '\uFEFF' or '\uFFFE' or '\uFFFF')
            {
                return (source, DiagnosticCatalog.ControlCharacter, source.Range(i, 1),
                    string.Create(CultureInfo.InvariantCulture, $"the character U+{(int)c:X4} is not allowed in YAML"),
                    c == '\0' ? "is this a text file, saved as UTF-8?" : "remove it, or write it as an escape inside double quotes");
            }
        }

        return (source, null, default, "", null);
    }

    static SourceText Source(InputFile file, Part part, int number, string text) =>
        new(number, file.Name, file.Path[..Math.Max(0, file.Path.LastIndexOf('/'))], text) { Part = part };

    static (SourceText, DiagnosticCode?, TextRange, string, string?) Refuse(ReadOnlySpan<byte> text, InputFile file, Part part, int number)
    {
        int good = 0;
        while (Rune.DecodeFromUtf8(text[good..], out _, out int used) == System.Buffers.OperationStatus.Done)
        {
            good += used;
        }

        // The excerpt shows the rest of the line too, with what is bad replaced.
        int lineEnd = text[good..].IndexOfAny((byte)'\n', (byte)'\r');
        ReadOnlySpan<byte> shown = lineEnd < 0 ? text : text[..(good + lineEnd)];
        var source = Source(file, part, number, Encoding.UTF8.GetString(shown));
        int at = Encoding.UTF8.GetCharCount(text[..good]);
        return (source, DiagnosticCatalog.NotUtf8, source.Range(at, 1),
            string.Create(CultureInfo.InvariantCulture, $"byte 0x{text[good]:x2} at offset {good:N0} is not UTF-8"),
            text.Length > 1 && (text[0], text[1]) is (0xff, 0xfe) or (0xfe, 0xff)
                ? "the file looks like UTF-16: save it as UTF-8"
                : "save the file as UTF-8");
    }
}

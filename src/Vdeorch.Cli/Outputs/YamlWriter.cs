using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vdeorch.Cli.Outputs;

/// <summary>JSON data in YAML's block style. What could be read as anything but itself is double-quoted, as JSON does it, which YAML reads.</summary>
static class YamlWriter
{
    public static void Write(TextWriter into, JsonElement value)
    {
        if (IsEmptyOrScalar(value))
        {
            into.WriteLine(Scalar(value));
            return;
        }

        WriteBlock(into, value, "", firstIndent: "");
    }

    // The first line gets its own indent: it may stand behind a "- ".
    static void WriteBlock(TextWriter into, JsonElement value, string indent, string firstIndent)
    {
        string lead = firstIndent;
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty member in value.EnumerateObject())
            {
                WriteEntry(into, $"{lead}{Text(member.Name)}:", member.Value, indent);
                lead = indent;
            }

            return;
        }

        foreach (JsonElement item in value.EnumerateArray())
        {
            if (IsEmptyOrScalar(item))
            {
                into.WriteLine($"{lead}- {Scalar(item)}");
            }
            else
            {
                WriteBlock(into, item, $"{indent}  ", $"{lead}- ");
            }

            lead = indent;
        }
    }

    static void WriteEntry(TextWriter into, string key, JsonElement value, string indent)
    {
        if (IsEmptyOrScalar(value))
        {
            into.WriteLine($"{key} {Scalar(value)}");
            return;
        }

        into.WriteLine(key);
        WriteBlock(into, value, $"{indent}  ", $"{indent}  ");
    }

    static bool IsEmptyOrScalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.GetPropertyCount() == 0,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => true,
    };

    static string Scalar(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{}",
        JsonValueKind.Array => "[]",
        JsonValueKind.String => Text(value.GetString()!),
        _ => value.GetRawText(),
    };

    // Plain only what begins with a letter or a slash and is not a word that some YAML version reads as a boolean or null.
    static string Text(string text) =>
        text.Length > 0
        && (char.IsAsciiLetter(text[0]) || text[0] == '/')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.')
        && text.ToUpperInvariant() is not ("TRUE" or "FALSE" or "NULL" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N")
            ? text
            : $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Vdeorch.Cli.Outputs;

/// <summary>Results for programs.</summary>
static class DataWriter
{
    // For a terminal or a file, not for a web page: "→" and quotes need no escapes.
    static readonly JsonWriterOptions s_lines = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    static readonly JsonWriterOptions s_pretty = s_lines with { Indented = true, NewLine = "\n" };

    /// <summary>One result as the whole of stdout: indented JSON, or YAML.</summary>
    public static void Write<T>(TextWriter into, OutputFormat format, T value, JsonTypeInfo<T> type)
    {
        if (format == OutputFormat.Yaml)
        {
            YamlWriter.Write(into, JsonSerializer.SerializeToElement(value, type));
            return;
        }

        into.WriteLine(Json(value, type, s_pretty));
    }

    /// <summary>The same for a document in somebody else's format.</summary>
    public static void Write(TextWriter into, JsonNode document)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, s_pretty))
        {
            document.WriteTo(writer);
        }

        into.WriteLine(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }

    /// <summary>One line of NDJSON, flushed: the reader acts on it now.</summary>
    public static void WriteLine<T>(TextWriter into, T value, JsonTypeInfo<T> type)
    {
        into.WriteLine(Json(value, type, s_lines));
        into.Flush();
    }

    static string Json<T>(T value, JsonTypeInfo<T> type, JsonWriterOptions options)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes, options))
        {
            JsonSerializer.SerializeToElement(value, type).WriteTo(writer);
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}

using System.Text.Json;
using Vdeorch.Cli.Outputs;

namespace Vdeorch.Cli.Inputs;

/// <summary>A plan as a file: what <c>plan -o json</c> writes, the files it was made from included.</summary>
static class SavedPlan
{
    // A plan of ten thousand namespaces has about 40 MiB.
    const long MaxBytes = 256 << 20;

    /// <summary>Writes it as a whole or not at all, for its user alone: it is as secret as the files that it was made from.</summary>
    public static void Write(string path, PlanReport report)
    {
        string half = $"{path}.{Environment.ProcessId}.new";
        try
        {
            using (FileStream file = new(half, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite }))
            {
                JsonSerializer.Serialize(file, report, CliJson.Default.PlanReport);
            }

            File.Move(half, path, overwrite: true);
        }
        finally
        {
            File.Delete(half);
        }
    }

    /// <returns>Null when it is no saved plan: a topology file, or nothing that can be read.</returns>
    /// <exception cref="SavedPlanException">It is one, of another version.</exception>
    public static PlanReport? TryRead(string name)
    {
        try
        {
            if (name == FileReader.StandardInput || !BeginsWithBrace(name))
            {
                return null;
            }

            byte[] bytes = File.ReadAllBytes(name);
            using JsonDocument document = JsonDocument.Parse(bytes);
            if (!document.RootElement.TryGetProperty("plan", out _) || !document.RootElement.TryGetProperty("format", out JsonElement format))
            {
                return null;
            }

            if (format.ValueKind != JsonValueKind.Number || !format.TryGetInt32(out int number) || number != JsonFormat.Current)
            {
                throw new SavedPlanException($"'{name}' is a plan of format {format}; this version reads {JsonFormat.Current}: make the plan again");
            }

            PlanReport? report = JsonSerializer.Deserialize(bytes, CliJson.Default.PlanReport);
            return report?.Input is not null ? report : throw new SavedPlanException($"'{name}' is a report of differences, and no plan that could be applied; 'vdeorch plan FILE -o {name}' makes one");
        }
        catch (Exception other) when (other is JsonException or IOException or UnauthorizedAccessException)
        {
            // A topology file may begin with a brace too; what is wrong with a file is said by the one who reads it as that.
            return null;
        }
    }

    static bool BeginsWithBrace(string path)
    {
        using FileStream file = File.OpenRead(path);
        return file.CanSeek && file.Length <= MaxBytes && file.ReadByte() == '{';
    }
}

/// <summary>A saved plan that cannot be applied.</summary>
sealed class SavedPlanException(string message) : Exception(message);

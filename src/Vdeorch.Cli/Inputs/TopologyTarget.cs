using Vdeorch.Cli.Views;

namespace Vdeorch.Cli.Inputs;

/// <summary>TOPOLOGY|FILE: a name, or a file that has one.</summary>
static class TopologyTarget
{
    /// <summary>Names have neither dots nor slashes, so the two cannot be mistaken for one another.</summary>
    public static bool IsFile(string typed) => typed == FileReader.StandardInput || typed.Contains('/', StringComparison.Ordinal) || typed.Contains('.', StringComparison.Ordinal);

    /// <returns>Null when it is a file that cannot be read; its diagnostics have then been printed.</returns>
    public static string? Name(string typed, Session session)
    {
        if (!IsFile(typed))
        {
            return typed;
        }

        TopologyFile file = FileReader.Read(typed);
        if (file.Result.Topology is null)
        {
            DiagnosticView.Write(file.Result.Diagnostics, session.Terminal);
        }

        return file.Result.Topology?.Name;
    }
}

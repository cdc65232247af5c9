using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Vdeorch.Engine.Hosting;

/// <summary>The engine's log, a line for each thing that happened: <c>2026-01-31T12:00:00.000Z warn: lab: runtime/lab ended (exit 1)</c>.</summary>
internal sealed class LogLines(TimeProvider clock) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "lines";

    public override void Write<TState>(in LogEntry<TState> entry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        string when = clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        string what = entry.Formatter(entry.State, entry.Exception).ReplaceLineEndings(" ");
        string why = entry.Exception is null ? "" : $" {entry.Exception.ToString().ReplaceLineEndings(" ")}";
        textWriter.Write($"{when} {Word(entry.LogLevel)}: {what}{why}\n");
    }

    static string Word(LogLevel level) => level switch
    {
        LogLevel.Critical => "crit",
        LogLevel.Error => "fail",
        LogLevel.Warning => "warn",
        LogLevel.Information => "info",
        _ => "dbug",
    };
}

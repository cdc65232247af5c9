namespace Vdeorch.Cli.Terminals;

static class Question
{
    /// <summary>Asks on stderr; anything but y or yes means no. Only for a <see cref="Terminal.IsInteractive"/> one.</summary>
    public static async Task<bool> AskAsync(Terminal terminal, string question, CancellationToken ct)
    {
        terminal.Out.Flush();
        terminal.Error.Write($"{terminal.ErrorInk.Bold(question)} [y/N] ");
        terminal.Error.Flush();
        // Reading a terminal cannot be cancelled; the thread is left to end with the process.
        string? answer = await Task.Run(() => terminal.In().ReadLine(), ct).WaitAsync(ct);
        return answer?.Trim().ToUpperInvariant() is "Y" or "YES";
    }
}

using System.CommandLine;
using Vdeorch.Model.Uvdels;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Cables;

namespace Vdeorch.Cli.Verbs;

/// <summary>vde_plug's job.</summary>
static class PlugVerb
{
    public static Command Create(Session session)
    {
        Argument<string[]> locators = new("UVDEL") { Description = "what to plug together", Arity = new ArgumentArity(2, 2) };
        Command verb = new("plug", "Join two virtual network locators, as vde_plug does") { locators };
        verb.SetAction((parsed, ct) => RunAsync(parsed.GetRequiredValue(locators), ct));
        return verb;
    }

    static async Task<int> RunAsync(string[] locators, CancellationToken ct)
    {
        PlugOpening opening = new() { Description = "vdeorch" };
        using Cable cable = new();
        foreach (string locator in locators)
        {
            cable.Add(opening.Open(UvdelParser.ParseCompatible(locator, new NoFiles(), out _)!));
        }

        await ((Task)cable.Ended).WaitAsync(ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    sealed class NoFiles : IUvdelFiles
    {
        public string? Home => null;

        public bool Exists(string path) => false;

        public string? FirstLine(string path) => null;
    }
}

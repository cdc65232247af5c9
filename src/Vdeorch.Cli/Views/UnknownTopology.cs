using Vdeorch.Cli.Inputs;
using Vdeorch.Engine.Api;

namespace Vdeorch.Cli.Views;

/// <summary>A name that nothing runs under, and the names that something does.</summary>
static class UnknownTopology
{
    public static async Task<int> ReportAsync(string topology, EngineClient client, Session session, CancellationToken ct)
    {
        StatusReport all = await client.GetStatusAsync(null, ct);
        return Report(topology, [.. all.Topologies.Select(it => it.Name)], session);
    }

    public static int Report(string topology, IReadOnlyCollection<string> known, Session session)
    {
        string others = known.Count == 0 ? "none runs" : $"known: {string.Join(", ", known)}";
        string suggestion = Spelling.Nearest(topology, known) is { } near ? $"; did you mean '{near}'?" : "";
        session.Terminal.Say($"no topology '{topology}'{suggestion} ({others})");
        return ExitCodes.Failed;
    }
}

using Vdeorch.Engine.Hosting;

namespace Vdeorch.Engine.Limiting;

/// <summary>What our groups are called. One below the ground for a run directory; in it one for each namespace with limits; in that a leaf for each service and one for all else.</summary>
internal static class LimitPlaces
{
    /// <summary>The leaf of what is no service: <c>exec</c>, hooks, what was there before.</summary>
    public const string Others = "exec";

    public static string Service(string name) => $"service.{name}";

    public static string Base(string ground, RunDirectory run) => $"{ground}/vdeorch{run.Path.Replace('/', '-')}";

    public static string Namespace(string root, string topology, string ns) => $"{root}/{topology}.{ns}";

    /// <summary>The one in use, as the engine has noted it, also for whoever is in another group.</summary>
    /// <returns>Null: no group has been made.</returns>
    public static string? Used(RunDirectory run)
    {
        try
        {
            return File.Exists(run.CgroupNote) && File.ReadAllText(run.CgroupNote) is { Length: > 0 } path && Directory.Exists(path) ? path : null;
        }
        catch (Exception none) when (none is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

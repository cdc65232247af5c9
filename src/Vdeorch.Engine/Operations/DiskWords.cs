using Vdeorch.Engine.Hosting;

namespace Vdeorch.Engine.Operations;

/// <summary>What a failure says to people, where the disk of the run directory may be what is wrong.</summary>
internal static class DiskWords
{
    public static string Of(Exception failed, RunDirectory run) => (failed as IOException ?? failed.InnerException as IOException) is { HResult: Errno.NoSpace }
        ? $"the disk of the run directory '{run.Path}' is full ({failed.Message})"
        : failed.Message;
}

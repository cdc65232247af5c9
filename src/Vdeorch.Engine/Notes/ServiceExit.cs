using System.Text.Json;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Engine.Notes;

/// <summary>How a service that is not running ended: the kernel forgets, and a finished one-shot must not be started again.</summary>
/// <param name="Code">Exit code, or 128 + signal.</param>
/// <param name="Run">Its command then, printed.</param>
/// <param name="Env">Variables the file gave it.</param>
internal sealed record ServiceExit(int Code, DateTimeOffset At, string Run, Dictionary<string, string> Env)
{
    public static ServiceExit? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), NotesJson.Default.ServiceExit);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Every note of a topology, by <c>namespace/service</c>.</summary>
    public static IEnumerable<(string Service, ServiceExit Exit)> All(RunDirectory run, string topology)
    {
        string directory = Directory(run, topology);
        if (!System.IO.Directory.Exists(directory))
        {
            yield break;
        }

        foreach (string path in System.IO.Directory.EnumerateFiles(directory, "*.json"))
        {
            if (Read(path) is { } exit)
            {
                // Names have no dots: namespace.service.json
                yield return (Path.GetFileNameWithoutExtension(path).Replace('.', '/'), exit);
            }
        }
    }

    public void Write(RunDirectory run, string topology, string service)
    {
        System.IO.Directory.CreateDirectory(Directory(run, topology));
        Applied.Replace(NotePath(run, topology, service), JsonSerializer.SerializeToUtf8Bytes(this, NotesJson.Default.ServiceExit));
    }

    public static void Forget(RunDirectory run, string topology, string service)
    {
        if (System.IO.Directory.Exists(Directory(run, topology)))
        {
            File.Delete(NotePath(run, topology, service));
        }
    }

    static string Directory(RunDirectory run, string topology) => $"{run.TopologyDirectory(topology)}/exits";

    static string NotePath(RunDirectory run, string topology, string service) => $"{Directory(run, topology)}/{service.Replace('/', '.')}.json";
}

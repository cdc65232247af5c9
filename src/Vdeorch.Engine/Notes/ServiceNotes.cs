using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Vdeorch.Engine.Hosting;

namespace Vdeorch.Engine.Notes;

/// <summary>One small file for each service and kind of note.</summary>
internal static class ServiceNotes
{
    /// <summary>Every readable note of a kind, by <c>namespace/service</c>; a damaged one is as good as none.</summary>
    public static IEnumerable<(string Service, T Note)> All<T>(RunDirectory run, string topology, string kind, JsonTypeInfo<T> shape)
        where T : class
    {
        string directory = DirectoryOf(run, topology, kind);
        foreach (string path in Directory.Exists(directory) ? Directory.EnumerateFiles(directory, "*.json") : [])
        {
            if (Read(path, shape) is { } note)
            {
                // Names have no dots: namespace.service.json
                yield return (Path.GetFileNameWithoutExtension(path).Replace('.', '/'), note);
            }
        }
    }

    /// <returns>Null when there is no readable one.</returns>
    public static T? Find<T>(RunDirectory run, string topology, string kind, string service, JsonTypeInfo<T> shape)
        where T : class => PathOf(run, topology, kind, service) is var path && File.Exists(path) ? Read(path, shape) : null;

    public static void Write(RunDirectory run, string topology, string kind, string service, ReadOnlySpan<byte> note)
    {
        Directory.CreateDirectory(DirectoryOf(run, topology, kind));
        Applied.Replace(PathOf(run, topology, kind, service), note);
    }

    public static void Forget(RunDirectory run, string topology, string kind, string service)
    {
        if (Directory.Exists(DirectoryOf(run, topology, kind)))
        {
            File.Delete(PathOf(run, topology, kind, service));
        }
    }

    static T? Read<T>(string path, JsonTypeInfo<T> shape)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), shape);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    static string DirectoryOf(RunDirectory run, string topology, string kind) => $"{run.TopologyDirectory(topology)}/{kind}";

    static string PathOf(RunDirectory run, string topology, string kind, string service) => $"{DirectoryOf(run, topology, kind)}/{service.Replace('/', '.')}.json";
}

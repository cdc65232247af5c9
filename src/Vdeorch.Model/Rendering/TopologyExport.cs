using System.Collections.Immutable;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Model.Rendering;

/// <summary>A topology as a directory: its file, and beside it all that the file names, by relative names. Read from wherever the directory lies it is the same topology.</summary>
/// <param name="Yaml">The topology's file.</param>
/// <param name="Files">To be written beside it.</param>
/// <param name="Keys">To be copied beside it, or to be brought there by somebody.</param>
/// <param name="Fixed">What names a key file and cannot say so by a relative name: it stays where it is.</param>
public sealed record TopologyExport(string Yaml, ImmutableArray<ExportedFile> Files, ImmutableArray<ExportedKey> Keys, ImmutableArray<FixedKey> Fixed)
{
    const string KeyDirectory = "keys";

    public static TopologyExport Of(Topology topology)
    {
        ImmutableArray<ExportedKey> keys = KeysOf(topology);
        Dictionary<string, string> names = keys.ToDictionary(key => key.Source, key => key.Path, StringComparer.Ordinal);
        return new TopologyExport(
            TopologyRenderer.Render(Renamed(topology, names), new References(PathOf, locator => LayersText.Print(locator, names))),
            [.. topology.Namespaces.SelectMany(ns => ns.Files.Select(file => new ExportedFile(PathOf(ns, file), file.Text, file.Mode)))],
            keys,
            [.. FixedOf(topology).Distinct()]);
    }

    static Topology Renamed(Topology topology, Dictionary<string, string> names) => topology with
    {
        Vnfs = [.. topology.Vnfs.Select(vnf => vnf.Wireguard is { } tunnel ? vnf with { Parameters = WireguardText.Parameters(WireguardText.Rename(tunnel, file => names[file])) } : vnf)],
    };

    static string PathOf(NamespaceSpec ns, NamespaceFile file) => $"files/{ns.Name}/{file.Path}";

    // Two of one name come from different directories, and must not fall together.
    static ImmutableArray<ExportedKey> KeysOf(Topology topology)
    {
        string[] sources = [.. topology.Segments.Where(IsRelative).SelectMany(segment => KeyLayers(segment.Locator)).Concat(topology.Vnfs.Select(vnf => vnf.Wireguard).OfType<WireguardSpec>().SelectMany(WireguardText.Files)).Distinct(StringComparer.Ordinal)];
        HashSet<string> taken = new(StringComparer.Ordinal);
        ImmutableArray<ExportedKey>.Builder keys = ImmutableArray.CreateBuilder<ExportedKey>();
        foreach (string source in sources)
        {
            string name = source[(source.LastIndexOf('/') + 1)..].TrimStart('.', '~') is { Length: > 0 } last ? last : "agno.key";
            string free = name;
            for (int next = 2; !taken.Add(free); next++)
            {
                free = $"{next}-{name}";
            }

            keys.Add(new ExportedKey($"{KeyDirectory}/{free}", source));
        }

        return keys.DrainToImmutable();
    }

    static bool IsRelative(SegmentSpec segment) => segment is { Kind: Kinds.Plug, IsPrivate: false } && LayersText.CanSay(segment.Locator);

    static IEnumerable<FixedKey> FixedOf(Topology topology) =>
    [
        .. topology.Segments.Where(segment => !IsRelative(segment)).SelectMany(segment => KeyLayers(segment.Locator).Select(key => new FixedKey(segment.Id, key))),
        .. topology.Cables.SelectMany(cable => new[] { cable.Left, cable.Right }.SelectMany(end => KeyLayers(end.Locator)).Select(key => new FixedKey(cable.Id, key))),
    ];

    static List<string> KeyLayers(Uvdel? locator)
    {
        List<string> keys = [];
        for (Uvdel? layer = locator; layer is not null; layer = layer.Nested)
        {
            if (layer.Scheme == AgnoScheme.Scheme.Name)
            {
                keys.Add(layer.Argument);
            }
        }

        return keys;
    }
}

/// <param name="Path">Relative to the topology's file.</param>
/// <param name="Mode">Permission bits that it has in its namespace.</param>
public sealed record ExportedFile(string Path, string Text, int Mode);

/// <param name="Path">Relative to the topology's file, which expects it there.</param>
/// <param name="Source">Where it is on this host, as its locator, or its tunnel, says it: from / or ~, or "" for the default of agno.</param>
public sealed record ExportedKey(string Path, string Source);

/// <param name="Source">As for <see cref="ExportedKey"/>.</param>
public sealed record FixedKey(ResourceId Id, string Source);

/// <summary>How a rendered topology names other files.</summary>
/// <param name="File">The relative name of a namespace's file, whose text is not written then.</param>
/// <param name="Layers">Layers with relative names of key files; null where a locator's text says it.</param>
internal sealed record References(Func<NamespaceSpec, NamespaceFile, string> File, Func<Uvdel, string?> Layers);

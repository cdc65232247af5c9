using System.Globalization;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Model.Vnfs;

namespace Vdeorch.Model.Reading.Rules;

/// <summary>Warns of key files that others may read or write, and of those that hold no key, once for each; of the files there are when the topology is read.</summary>
internal sealed class KeyFilesAreGood : Rule
{
    const int Others = 0b000_111_111;

    // docs/plugs/agno.md: 16 bytes as hexadecimal digits, or, with mode=aead, any 16 bytes.
    const int KeyBytes = 16;

    const string MakeTunnelKey = "make one: (umask 077; wg genkey > FILE)";

    static readonly (string Fault, string Help) s_unreadable = ("cannot be read by this user", "give it to the user that vdeorch runs as: chown");

    public override void Check(TopologyDraft draft, ReadContext context)
    {
        if (context.Keys is not { } keys)
        {
            return;
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        CheckTunnels(draft, context, keys, seen);
        CheckSeals(draft, context, keys, seen);
        context.HasLookedAtKeys = seen.Count > 0;
    }

    static void CheckSeals(TopologyDraft draft, ReadContext context, IKeyFiles keys, HashSet<string> seen)
    {
        foreach ((Uvdel layer, TextRange at, ResourceId subject, string? note) in LocatorPlace.All(draft))
        {
            if (layer.Scheme != AgnoScheme.Scheme.Name || !seen.Add(layer.Argument) || keys.Look(layer.Argument) is not { } file)
            {
                continue;
            }

            string name = Quoted.Text(layer.Argument.Length > 0 ? layer.Argument : AgnoScheme.Scheme.ArgumentDefault!);
            if (IsOpen(file, name) is var (open, close))
            {
                context.Report(DiagnosticCatalog.KeyNotPrivate, at, subject, note, open, close);
            }

            if (Fault(file, layer.Parameters.Any(parameter => parameter is { Name: "mode", Value: "aead" })) is var (fault, help))
            {
                context.Report(DiagnosticCatalog.NoKey, at, subject, note, $"the key file {name} {fault}", help);
            }
        }
    }

    static void CheckTunnels(TopologyDraft draft, ReadContext context, IKeyFiles keys, HashSet<string> seen)
    {
        foreach ((NamespaceDraft ns, VnfDraft vnf, Located<string> path) in draft.Namespaces.SelectMany(ns => ns.Vnfs.SelectMany(vnf => vnf.KeyFiles.Select(path => (ns, vnf, path)))))
        {
            if (!seen.Add($"wireguard {path.Value}") || keys.Look(path.Value) is not { } file)
            {
                continue;
            }

            ResourceId subject = new(Kinds.Vnf, $"{ns.Name}/{vnf.Kind}");
            string name = Quoted.Text(path.Value);
            if (IsOpen(file, name) is var (open, close))
            {
                context.Report(DiagnosticCatalog.KeyNotPrivate, path.At, subject, ns.Note, open, close);
            }

            if (FaultOfTunnel(file) is var (fault, help))
            {
                context.Report(DiagnosticCatalog.NoKey, path.At, subject, ns.Note, $"the key file {name} {fault}", help);
            }
        }
    }

    static (string Message, string Help)? IsOpen(KeyFile file, string name) =>
        (file.Mode & Others) == 0 ? null : ($"the key file {name} is open to others than its owner (mode 0{Convert.ToString(file.Mode, 8)})", "keep it to its owner: chmod 600");

    static (string Fault, string Help)? FaultOfTunnel(KeyFile file) => file switch
    {
        { State: KeyFileState.Missing } => ("is not there", MakeTunnelKey),
        { State: KeyFileState.Unreadable } => s_unreadable,
        { IsWireguard: false } => ("has no key of WireGuard's: 32 bytes in base64, on a line", MakeTunnelKey),
        _ => null,
    };

    static (string Fault, string Help)? Fault(KeyFile file, bool isAead)
    {
        string make = isAead ? "make one: head -c 32 /dev/urandom > FILE" : "make one: od -An -tx1 -N16 /dev/urandom > FILE";
        return file switch
        {
            { State: KeyFileState.Missing } => ("is not there", make),
            { State: KeyFileState.Unreadable } => s_unreadable,
            { Bytes: < KeyBytes } when isAead => (string.Create(CultureInfo.InvariantCulture, $"has {file.Bytes} bytes, and mode=aead wants {KeyBytes} at least"), make),
            { Digits: < 2 * KeyBytes } when !isAead => (string.Create(CultureInfo.InvariantCulture, $"has {file.Digits} hexadecimal digits, and {2 * KeyBytes} make a key"), make),
            _ => null,
        };
    }
}

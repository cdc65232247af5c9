using System.Globalization;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>Entries of a section to what they make: one of each, or NAME-0, NAME-1, … where it has <c>replicas</c>.</summary>
/// <param name="kind">Of what is made.</param>
/// <param name="build">What is made of an entry that is no map, too: it still takes the name.</param>
internal sealed class Replication(string kind, ObjectSchema<NamespaceDraft> schema, Func<ObjectReader, NamespaceDraft> build, ReadContext context, TopologyDraft draft)
{
    public const int MaxNamespaces = 20_000;
    const int MaxExpandedNodes = 1_000_000;

    static readonly MapNode s_nothing = new(TextRange.WholeFile, []);

    public void Read(IEnumerable<(Located<string> Key, Node Value)> entries)
    {
        long expanded = 0;
        foreach ((Located<string> name, Node value) in entries)
        {
            context.Scope = new Scope(name.Value, null);
            context.Subject = new ResourceId(kind, name.Value);
            int? replicas = ReadReplicas(value, name.Value, out TextRange at);
            expanded += replicas is { } many ? (long)many * value.Size : 0;
            if (draft.Namespaces.Count + (replicas ?? 1) > MaxNamespaces || expanded > MaxExpandedNodes)
            {
                context.Report(DiagnosticCatalog.TooMuch, replicas is null ? name.At : at, string.Create(CultureInfo.InvariantCulture,
                    $"the file makes more than {MaxNamespaces:N0} namespaces or {MaxExpandedNodes:N0} values of replicas"), "use several topologies");
                break;
            }

            if (replicas is null)
            {
                Add(name.Value, null, name.At, value);
            }

            for (int index = 0; index < replicas; index++)
            {
                context.Scope = new Scope(string.Create(CultureInfo.InvariantCulture, $"{name.Value}-{index}"), index);
                context.Subject = new ResourceId(kind, context.Scope.Namespace!);
                Add(context.Scope.Namespace!, name.Value, name.At, value);
            }
        }

        context.Scope = default;
        context.Subject = null;
    }

    /// <returns>Null for one without replicas.</returns>
    int? ReadReplicas(Node value, string name, out TextRange at)
    {
        at = value.Range;
        if ((value as MapNode)?.Find(NamespaceSection.Replicas.Key) is not { } entry)
        {
            return null;
        }

        draft.Replicated.Add(name);
        at = entry.Value.Range;

        if (NamespaceSection.Replicas.Schema.TryRead(entry.Value, NamespaceSection.Replicas.Key, context, out Located<int> replicas))
        {
            return replicas.Value;
        }

        // A wrong number still lets the rest be checked, once; how many it makes is not known.
        draft.Uncounted.Add(name);
        return 1;
    }

    void Add(string name, string? replicated, TextRange at, Node value)
    {
        // One that is wrong by itself has been called so.
        if (replicated is not null && Scalars.IsName(replicated) && !Scalars.IsName(name))
        {
            context.Report(DiagnosticCatalog.BadName, at, $"{Quoted.Text(name)} would be longer than {Scalars.MaxNameLength} characters", "choose a shorter name for replicas");
        }

        // Something that is no map still takes the name, so that what refers to it is not called unknown.
        NamespaceDraft entry = context.Reread?.Draft(name, replicated, value, () => Make(replicated, at, value)) ?? Make(replicated, at, value);
        if (!draft.NamespacesByName.TryAdd(name, entry))
        {
            NamespaceDraft first = draft.NamespacesByName[name];
            bool replicaIsSecond = entry.Note is not null;
            string what = first.Machine is null ? "a namespace" : "a machine";
            string line = string.Create(CultureInfo.InvariantCulture, $"in line {context.Sources[first.At].Span(first.At).Line}");
            context.Report(DiagnosticCatalog.ReplicaCollision, at, replicaIsSecond && first.Note is null ? $"the replica {name} has the name of {what} {line}"
                : first.Note is null ? $"the name is taken by {what} {line}"
                : $"the name is taken by a replica of the {what[2..]} {line}", "rename one of them");
            return;
        }

        draft.Namespaces.Add(entry);
    }

    NamespaceDraft Make(string? replicated, TextRange at, Node value)
    {
        NamespaceDraft entry = schema.TryRead(value, "it", context, out NamespaceDraft? read) ? read : build(new ObjectReader(s_nothing, schema, context));
        entry.At = at;
        entry.Replicated = replicated;
        return entry;
    }
}

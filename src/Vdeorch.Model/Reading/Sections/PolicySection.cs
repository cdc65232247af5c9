using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Uvdels;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>How the topology is kept.</summary>
/// <example><code>
/// policy: { ignore: ["interface/*/vde0 mtu"], on-failure: stop, uvdel: { deny: ["cmd://"] } }
/// </code></example>
internal sealed class PolicySection : Section
{
    static readonly ScalarSchema<IgnoredField> s_pattern = new("an object or a pattern of them, and a field", ReadPattern, value => value.ToString(), () => Scalars.Pattern("^\\s*\\S+(\\s+\\S+)?\\s*$"));

    static readonly ScalarSchema<string> s_scheme = new("a scheme (cmd://)", ReadScheme, value => $"{value}://", () => Scalars.Pattern("^[a-z][a-z0-9_]*(://)?$"));

    static readonly FieldSchema<ImmutableArray<Located<IgnoredField>>> s_ignore = new("ignore", s_pattern.OneOrMany())
    {
        Description = "Fields that others may change: each is set when its object is made, and is no difference afterwards. An object alone stands for all its fields.",
        Otherwise = "everything counts",
        Example = "[\"interface/*/vde0 mtu\"]",
    };

    static readonly FieldSchema<Located<Failing>> s_onFailure = new("on-failure", Scalars.OneOf(("rollback", Failing.Rollback), ("stop", Failing.Stop)))
    {
        Description = "What an apply does when a step fails: puts back what was, or stops there. `--on-failure` goes before it.",
        Default = new Located<Failing>(Failing.Rollback, default),
        Example = "stop",
    };

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_deny = new("deny", s_scheme.OneOrMany())
    {
        Description = "Schemes that no locator of the file, and no layer of one, may have.",
        Otherwise = "all may be used",
        Example = "[\"cmd://\"]",
    };

    static readonly ObjectSchema<ImmutableArray<string>> s_uvdel = new("policy.uvdel", "a map of what locators may be", [s_deny], reader => [.. reader.List(s_deny).Select(scheme => scheme.Value)]);

    static readonly FieldSchema<ImmutableArray<string>> s_locators = new("uvdel", s_uvdel)
    {
        Description = "What locators may be; in an overlay it holds for the file below.",
        Otherwise = "anything",
        Example = "{ deny: [\"cmd://\"] }",
    };

    static readonly FieldSchema<Located<DriftPolicy>> s_drift = new("drift", Scalars.OneOf(("heal", DriftPolicy.Heal), ("report", DriftPolicy.Report)))
    {
        Description = "What the engine does by itself about what others have changed: puts it back, or says it and leaves it to an `apply`.",
        Default = new Located<DriftPolicy>(DriftPolicy.Heal, default),
        Example = "report",
    };

    static readonly FieldSchema<Located<bool>> s_prune = new("prune", Scalars.Boolean)
    {
        Description = "Whether an apply takes away what left the file. Else it stays, and is taken away by a later one that may, or by `destroy`.",
        Default = new Located<bool>(true, default),
        Example = "false",
    };

    static readonly FieldSchema<Located<Reach>> s_paths = new("paths", Scalars.OneOf(("inside", Reach.Inside), ("anywhere", Reach.Anywhere)))
    {
        Description = "Whether relative names of files stay in the directory of the file they stand in, or may climb out of it (`../keys/agno.key`). A fragment cannot allow it itself.",
        Default = new Located<Reach>(Reach.Inside, default),
        Example = "anywhere",
    };

    static readonly ObjectSchema<Policy> s_object = new("policy", "a policy", [s_drift, s_ignore, s_onFailure, s_paths, s_prune, s_locators], reader => new Policy
    {
        Drift = reader.Get(s_drift).Value,
        MayClimb = reader.Get(s_paths).Value == Reach.Anywhere,
        Prunes = reader.Get(s_prune).Value,
        Ignore = [.. reader.List(s_ignore).Select(one => one.Value)],
        StopsOnFailure = reader.Get(s_onFailure).Value == Failing.Stop,
        DeniedSchemes = reader.List(s_locators),
    });

    static readonly FieldSchema<Policy> s_field = new("policy", s_object)
    {
        Description = "How the topology is kept, beside what it is.",
        Otherwise = "as the defaults below say",
        Example = "{ on-failure: stop }",
    };

    /// <summary>Before fragments are read, which are files too: what the files given say themselves.</summary>
    public static bool MayClimb(MapNode root, ReadContext context) =>
        (root.Find(s_field.Key)?.Value as MapNode)?.Find(s_paths.Key) is { } entry
        && s_paths.Schema.TryRead(entry.Value, s_paths.Key, context, out Located<Reach> reach) && reach.Value == Reach.Anywhere;

    public override FieldSchema Field => s_field;

    public override ImmutableArray<IObjectSchema> Objects => [s_object, s_uvdel];

    public override void Read(ObjectReader topology, TopologyDraft draft)
    {
        if (topology.TryGet(s_field, out Policy? policy))
        {
            draft.Policy = policy;
        }
    }

    static Problem? ReadPattern(ScalarText text, out IgnoredField value)
    {
        IgnoredField? read = IgnoredField.TryParse(text.Text);
        value = read ?? new IgnoredField("", "");
        if (value.Object.StartsWith(Planning.Selection.LabelMark))
        {
            return new Problem(DiagnosticCatalog.BadText, $"{Quoted.Text(value.Object)} picks by labels, which ignored fields cannot be picked by", "name the objects: \"interface/web-*/vde0 mtu\"");
        }

        return read is null ? new Problem(DiagnosticCatalog.BadText, $"{Quoted.Text(text.Text)} is not an object and a field", "such as \"interface/*/vde0 mtu\", or an object alone") : null;
    }

    static Problem? ReadScheme(ScalarText text, out string value)
    {
        string name = value = text.Text.EndsWith("://", StringComparison.Ordinal) ? text.Text[..^3] : text.Text;
        return UvdelSchemes.Find(name) is not null ? null
            : new Problem(DiagnosticCatalog.NotOneOf, $"{Quoted.Text(text.Text)} is not a scheme of locators",
                EditDistance.Nearest(Scalars.Shorten(name), UvdelSchemes.All.Select(scheme => scheme.Name)) is { } near ? $"did you mean '{near}://'?" : null);
    }

    enum Reach
    {
        Inside,
        Anywhere,
    }

    enum Failing
    {
        Rollback,
        Stop,
    }
}

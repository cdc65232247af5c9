using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Rendering;

/// <summary>What a namespace has beside its network and its services.</summary>
internal static class NamespaceText
{
    public static void Write(YamlWriter yaml, NamespaceSpec ns, HooksSpec? hooks, References? references)
    {
        if (!ns.Files.IsEmpty)
        {
            yaml.Map("files", () =>
            {
                foreach (NamespaceFile file in ns.Files)
                {
                    string contents = references is null ? $"text: {YamlWriter.Scalar(file.Text)}" : $"from: {YamlWriter.Scalar(references.File(ns, file))}";
                    yaml.Entry(file.Path, $"{{ {contents}, mode: \"{SwitchSpec.PrintMode(file.Mode)}\" }}");
                }
            });
        }

        if (hooks is not null)
        {
            yaml.Map("exec", () =>
            {
                WriteHooks(yaml, HooksSpec.UpPath, hooks.Up);
                WriteHooks(yaml, HooksSpec.DownPath, hooks.Down);
            });
        }
    }

    public static void WriteVnfs(YamlWriter yaml, IEnumerable<VnfSpec> vnfs, IEnumerable<ServiceSpec> services)
    {
        (string Kind, ImmutableSortedDictionary<string, string> Parameters)[] all = [.. vnfs.Select(vnf => (vnf.Kind, vnf.Parameters)), .. services.Where(service => service.Daemon is not null && !LeaseClient.Is(service)).Select(service => (service.Name, service.Daemon!.Parameters))];
        if (all.Length == 0)
        {
            return;
        }

        yaml.Map("vnfs", () =>
        {
            foreach ((string kind, ImmutableSortedDictionary<string, string> parameters) in all)
            {
                yaml.Map(kind, () =>
                {
                    foreach ((string key, string value) in parameters)
                    {
                        yaml.Entry(key, value);
                    }
                });
            }
        });
    }

    public static void WriteRules(YamlWriter yaml, ImmutableArray<RuleSpec> rules)
    {
        if (rules.IsEmpty)
        {
            return;
        }

        yaml.Map("rules", () =>
        {
            foreach (IGrouping<int, RuleSpec> priority in rules.GroupBy(rule => rule.Priority))
            {
                yaml.Entry(priority.Key.ToString(CultureInfo.InvariantCulture), YamlWriter.List(priority.Select(Print)));
            }
        });
    }

    static string Print(RuleSpec rule) => string.Create(CultureInfo.InvariantCulture,
        $"{{ {(rule.From is { } from ? $"from: {YamlWriter.Scalar(from.ToString())}, " : "")}{(rule.To is { } to ? $"to: {YamlWriter.Scalar(to.ToString())}, " : "")}{(rule.Mark == 0 ? "" : $"mark: {rule.Mark}, ")}table: {rule.Table} }}");

    static void WriteHooks(YamlWriter yaml, string key, ImmutableArray<ImmutableArray<string>> commands)
    {
        if (!commands.IsEmpty)
        {
            yaml.Entry(key, YamlWriter.List(commands.Select(words => YamlWriter.List(words.Select(YamlWriter.Scalar)))));
        }
    }
}

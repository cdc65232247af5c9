using System.Collections.Immutable;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Rendering;

/// <summary>What a namespace has beside its network and its services.</summary>
internal static class NamespaceText
{
    public static void Write(YamlWriter yaml, NamespaceSpec ns, HooksSpec? hooks)
    {
        if (!ns.Files.IsEmpty)
        {
            yaml.Map("files", () =>
            {
                foreach (NamespaceFile file in ns.Files)
                {
                    yaml.Entry(file.Path, $"{{ text: {YamlWriter.Scalar(file.Text)}, mode: \"{SwitchSpec.PrintMode(file.Mode)}\" }}");
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

    static void WriteHooks(YamlWriter yaml, string key, ImmutableArray<ImmutableArray<string>> commands)
    {
        if (!commands.IsEmpty)
        {
            yaml.Entry(key, YamlWriter.List(commands.Select(words => YamlWriter.List(words.Select(YamlWriter.Scalar)))));
        }
    }
}

using System.Text;

namespace Vdeorch.Cli.Completions;

static class FishScript
{
    public static string Of(IReadOnlyList<VerbWords> verbs)
    {
        StringBuilder script = new();
        script.Append("""
            # fish completion for vdeorch, as 'vdeorch completion fish' prints it:
            #   vdeorch completion fish > ~/.config/fish/completions/vdeorch.fish
            # True when the words typed so far, options left out, begin with exactly these.
            function __vdeorch_at
                set -l typed (string match --invert -- '-*' (commandline -opc)[2..])
                set -l count (count $argv)
                test (count $typed) -ge $count; or return 1
                test $count -eq 0; and test (count $typed) -gt 0; and return 1
                test $count -eq 0; or test "$typed[1..$count]" = "$argv"
            end
            complete -c vdeorch -f

            """);
        foreach (VerbWords verb in verbs)
        {
            string at = $"complete -c vdeorch -n {Quote($"__vdeorch_at {verb.Path}".TrimEnd())}";
            foreach (string word in verb.Subverbs)
            {
                string path = verb.Path.Length == 0 ? word : $"{verb.Path} {word}";
                script.Append($"{at} -a {word} -d {Quote(verbs.First(it => it.Path == path).Description)}\n");
            }

            if (!verb.Choices.IsEmpty)
            {
                script.Append($"{at} -a {Quote(string.Join(' ', verb.Choices))}\n");
            }

            foreach (OptionWords option in verb.Options)
            {
                string names = string.Join(' ', option.Names.Select(name => name.StartsWith("--", StringComparison.Ordinal) ? $"-l {name[2..]}" : $"-s {name[1..]}"));
                string values = option.Values.IsEmpty ? "" : $" -x -a {Quote(string.Join(' ', option.Values))}";
                script.Append($"{at} {names}{values} -d {Quote(option.Description)}\n");
            }

            script.Append(verb.Argument switch
            {
                ArgumentKind.File => $"{at} -F\n",
                ArgumentKind.Topology => $"{at} -a '(vdeorch __complete topology 2>/dev/null)'\n",
                ArgumentKind.TopologyOrFile => $"{at} -F -a '(vdeorch __complete topology 2>/dev/null)'\n",
                ArgumentKind.Namespace => $"{at} -a '(vdeorch __complete namespace 2>/dev/null)'\n",
                ArgumentKind.Service => $"{at} -a '(vdeorch __complete service 2>/dev/null)'\n",
                ArgumentKind.Switch => $"{at} -a '(vdeorch __complete switch 2>/dev/null)'\n",
                ArgumentKind.Target => $"{at} -a '(vdeorch __complete target 2>/dev/null)'\n",
                ArgumentKind.TopologyOrTarget => $"{at} -a '(vdeorch __complete topology-or-target 2>/dev/null)'\n",
                _ => "",
            });
        }

        return script.ToString();
    }

    static string Quote(string text) => $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}

using System.Text;

namespace Vdeorch.Cli.Completions;

static class ZshScript
{
    public static string Of(IReadOnlyList<VerbWords> verbs)
    {
        StringBuilder script = new();
        script.Append("""
            #compdef vdeorch
            # zsh completion for vdeorch, as 'vdeorch completion zsh' prints it:
            #   vdeorch completion zsh > "${fpath[1]}/_vdeorch"
            _vdeorch() {
                local cur=${words[CURRENT]} prev=${words[CURRENT-1]} verb= names= files= i
                local -a offered values
                for ((i = 2; i < CURRENT; i++)); do
                    [[ ${words[i]} == -* ]] && continue
                    verb=${words[i]}
                    [[ $verb == engine && $((i + 1)) -lt $CURRENT ]] && verb="engine ${words[i+1]}"
                    break
                done
                case $verb in

            """);
        foreach (VerbWords verb in verbs)
        {
            script.Append($"        '{verb.Path}')\n");
            script.Append("            if [[ $cur == -* ]]; then offered=(\n");
            foreach (OptionWords option in verb.Options)
            {
                foreach (string name in option.Names)
                {
                    script.Append($"                {Described(name, option.Description)}\n");
                }
            }

            script.Append("            ); else offered=(\n");
            foreach (string word in verb.Subverbs)
            {
                string path = verb.Path.Length == 0 ? word : $"{verb.Path} {word}";
                script.Append($"                {Described(word, verbs.First(it => it.Path == path).Description)}\n");
            }

            foreach (string word in verb.Choices)
            {
                script.Append($"                {word}\n");
            }

            script.Append("            ); fi\n");
            foreach (OptionWords option in verb.Options.Where(option => !option.Values.IsEmpty))
            {
                script.Append($"            case $prev in {string.Join('|', option.Names)}) values=({string.Join(' ', option.Values)}) ;; esac\n");
            }

            script.Append(verb.Argument switch
            {
                ArgumentKind.File => "            files=1\n",
                ArgumentKind.Topology => "            names=topology\n",
                ArgumentKind.TopologyOrFile => "            names=topology files=1\n",
                ArgumentKind.Namespace => "            names=namespace\n",
                ArgumentKind.Service => "            names=service\n",
                ArgumentKind.Switch => "            names=switch\n",
                ArgumentKind.Target => "            names=target\n",
                ArgumentKind.TopologyOrTarget => "            names=topology-or-target\n",
                _ => "",
            });
            script.Append("            ;;\n");
        }

        script.Append("""
                esac
                if (( ${#values} )); then
                    compadd -- $values
                    return
                fi
                (( ${#offered} )) && _describe 'vdeorch' offered
                [[ $cur == -* ]] && return
                [[ -n $names ]] && compadd -- ${(f)"$(vdeorch __complete $names 2>/dev/null)"}
                [[ -n $files ]] && _files
            }
            if [[ $funcstack[1] == _vdeorch ]]; then _vdeorch "$@"; else compdef _vdeorch vdeorch; fi

            """);
        return script.ToString();
    }

    // "word:what it is", a colon in either escaped for _describe, in the shell's quotes.
    static string Described(string word, string description) =>
        $"'{word}:{description.Replace(":", "\\:", StringComparison.Ordinal).Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

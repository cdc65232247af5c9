using System.Text;

namespace Vdeorch.Cli.Completions;

static class BashScript
{
    public static string Of(IReadOnlyList<VerbWords> verbs)
    {
        StringBuilder script = new();
        script.Append("""
            # bash completion for vdeorch, as 'vdeorch completion bash' prints it:
            #   source <(vdeorch completion bash)
            _vdeorch() {
                local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
                local verb= options= words= values= names= files= i
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case ${COMP_WORDS[i]} in
                        -*) ;;
                        *) verb=${COMP_WORDS[i]}; break ;;
                    esac
                done
                [[ $verb == engine && $((i + 1)) -lt $COMP_CWORD ]] && verb="engine ${COMP_WORDS[i+1]}"
                case $verb in

            """);
        foreach (VerbWords verb in verbs)
        {
            script.Append($"        '{verb.Path}')\n");
            script.Append($"            options='{string.Join(' ', verb.Options.SelectMany(option => option.Names))}'\n");
            script.Append($"            words='{string.Join(' ', verb.Subverbs.Concat(verb.Choices))}'\n");
            foreach (OptionWords option in verb.Options.Where(option => !option.Values.IsEmpty))
            {
                script.Append($"            case $prev in {string.Join('|', option.Names)}) values='{string.Join(' ', option.Values)}' ;; esac\n");
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
                COMPREPLY=()
                if [[ $values ]]; then
                    COMPREPLY=($(compgen -W "$values" -- "$cur"))
                elif [[ $cur == -* ]]; then
                    COMPREPLY=($(compgen -W "$options" -- "$cur"))
                else
                    [[ $names ]] && words="$words $(vdeorch __complete $names 2>/dev/null)"
                    COMPREPLY=($(compgen -W "$words" -- "$cur"))
                    [[ $files ]] && compopt -o filenames && COMPREPLY+=($(compgen -f -- "$cur"))
                fi
            }
            complete -F _vdeorch vdeorch

            """);
        return script.ToString();
    }
}

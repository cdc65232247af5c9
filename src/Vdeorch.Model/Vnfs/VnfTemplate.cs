using System.Reflection;
using Scriban;
using Scriban.Runtime;

namespace Vdeorch.Model.Vnfs;

/// <summary>A text with gaps, in the language of Scriban. Its gaps are filled with what a kind gives it and nothing else: it reads no file and no member of a .NET object.</summary>
internal sealed class VnfTemplate
{
    readonly Template _template;

    /// <param name="name">Of a file in Templates, without its extension.</param>
    public VnfTemplate(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{name}.sbn") ?? throw new InvalidOperationException($"there is no template '{name}'");
        using StreamReader reader = new(stream);
        _template = Template.Parse(reader.ReadToEnd(), $"{name}.sbn");
        if (_template.HasErrors)
        {
            throw new InvalidOperationException(string.Join('\n', _template.Messages));
        }
    }

    /// <param name="values">Strings, numbers, booleans, lists (<see cref="ScriptArray"/>) and objects (<see cref="ScriptObject"/>) of those.</param>
    public string Render(ScriptObject values)
    {
        // Rulesets and configurations may be long: nobody else writes these templates.
        TemplateContext context = new() { StrictVariables = true, LoopLimit = 0, LimitToString = 0 };
        context.PushGlobal(values);
        return _template.Render(context);
    }

    public static ScriptArray List(IEnumerable<object> items) => [.. items];
}

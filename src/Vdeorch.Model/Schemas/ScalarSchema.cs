using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;

namespace Vdeorch.Model.Schemas;

/// <summary>A scalar's text after expressions, with its way back to the file.</summary>
/// <param name="Type">What it would be as a plain scalar; an expression's result counts as plain.</param>
internal readonly record struct ScalarText(ScalarNode Node, string Text, CoreType Type, bool IsEvaluated)
{
    public static ScalarText Literal(ScalarNode node) => new(node, node.Text, node.Type, false);

    public TextRange Slice(int offset, int length) => IsEvaluated ? Node.Range : Node.Slice(offset, length);
}

/// <summary>Why a scalar is not what its key takes.</summary>
/// <param name="Offset">The bad part of the text; a negative <paramref name="Length"/> means all of it.</param>
internal sealed record Problem(DiagnosticCode Code, string Message, string? Suggestion = null, int Offset = 0, int Length = -1)
{
    /// <summary>What else is wrong with it.</summary>
    public Problem? Next { get; init; }
}

/// <returns>Null when <paramref name="value"/> was read.</returns>
internal delegate Problem? ScalarParser<T>(ScalarText text, out T value);

/// <param name="typeText">"an integer 1..65535".</param>
/// <param name="json">A JSON Schema of the literal form; the form with an expression is added here.</param>
internal sealed class ScalarSchema<T>(string typeText, ScalarParser<T> parse, Func<T, string> print, Func<JsonObject> json) : ValueSchema<Located<T>>
{
    public override string TypeText => typeText;

    /// <summary>It names an object of the topology, for which a fragment has names of its own.</summary>
    public bool IsReference { get; init; }

    /// <summary>As a key it is what something is called: wrong, it is reported, and still calls it so, for what is below it and what refers to it.</summary>
    public bool IsName { get; init; }

    public override bool Takes(Node node) => node is ScalarNode { Type: not CoreType.Null };

    public override bool TryRead(Node node, string what, ReadContext context, out Located<T> value)
    {
        value = default;
        if (node is not ScalarNode scalar)
        {
            // An unquoted expression is a map in a map to YAML; NodeReader has said so.
            if (!context.Sources[node.Range].Text.AsSpan(node.Range.Start).StartsWith("{{"))
            {
                context.Report(DiagnosticCatalog.WrongType, node.Range, $"{what} takes {typeText}, not {node.Describe()}");
            }

            return false;
        }

        if (!TryEvaluate(scalar, context, out ScalarText text))
        {
            return false;
        }

        if (text.Type == CoreType.Null)
        {
            context.Report(DiagnosticCatalog.NoValue, scalar.Range, $"{what} has no value; it takes {typeText}", "remove the key, or give it a value");
            return false;
        }

        return TryParse(Resolve(text, context), what, context, out value);
    }

    /// <summary>Reads a key: never an expression, and the text counts whatever YAML makes of it.</summary>
    public bool TryReadKey(ScalarNode key, string what, ReadContext context, out Located<T> value)
    {
        if (key.HasExpression)
        {
            value = default;
            context.Report(DiagnosticCatalog.ExpressionInKey, key.Range, $"the key {Quoted.Text(key.Text)} has an expression in it", "expressions stand in values; use replicas for many objects");
            return false;
        }

        return TryParse(Resolve(ScalarText.Literal(key), context), $"{what}:", context, out value);
    }

    public override string Print(Located<T> value) => print(value.Value);

    /// <summary>The literal form alone, as keys have it.</summary>
    public JsonObject LiteralJson() => json();

    public override JsonObject ToJson(JsonPlace place)
    {
        JsonObject literal = json();
        if (literal["pattern"] is { } pattern)
        {
            literal["pattern"] = $"{pattern}|\\{{\\{{";
            return literal;
        }

        bool takesAnyString = literal["enum"] is null && (literal["type"] is JsonArray || (string?)literal["type"] == "string");
        return takesAnyString
            ? literal
            : new JsonObject { ["anyOf"] = new JsonArray(literal, new JsonObject { ["type"] = "string", ["pattern"] = "\\{\\{" }) };
    }

    ScalarText Resolve(ScalarText text, ReadContext context)
    {
        if (!IsReference)
        {
            return text;
        }

        string global = context.Sources[text.Node.Range].Part.Speaking(text.Node.Text).Global(text.Text);
        return ReferenceEquals(global, text.Text) ? text : text with { Text = global, IsEvaluated = true };
    }

    static bool TryEvaluate(ScalarNode scalar, ReadContext context, out ScalarText text)
    {
        text = ScalarText.Literal(scalar);
        if (!scalar.HasExpression)
        {
            return true;
        }

        if (!context.Expressions.TryEvaluate(scalar, context.Topology, context.Scope, context.Sources[scalar.Range].Part.Variables, out string result, out ExpressionError? error))
        {
            // No error: it has been said where the variable stands.
            if (error is not null)
            {
                context.Report(error.Code, scalar.Slice(error.Offset, error.Length), error.Message, error.Suggestion);
            }

            return false;
        }

        text = new ScalarText(scalar, result, result.Length == 0 ? CoreType.String : CoreTypes.Of(result), true);
        return true;
    }

    bool TryParse(ScalarText text, string what, ReadContext context, out Located<T> value)
    {
        Problem? problem = parse(text, out T parsed);
        value = new Located<T>(parsed, text.Node.Range);
        if (problem is null)
        {
            return true;
        }

        for (; problem is not null; problem = problem.Next)
        {
            TextRange at = problem.Length < 0 ? text.Node.Range : text.Slice(problem.Offset, problem.Length);
            context.Report(problem.Code, at, $"{what} {problem.Message}", problem.Suggestion);
        }

        return false;
    }
}

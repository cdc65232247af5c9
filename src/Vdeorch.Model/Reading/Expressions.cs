using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Scriban;
using Scriban.Parsing;
using Scriban.Runtime;
using Scriban.Syntax;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Values;
using SourceSpan = Scriban.Parsing.SourceSpan;

namespace Vdeorch.Model.Reading;

/// <summary>A scalar's text with <c>{{ }}</c> in it, parsed and found harmless; or what is wrong with it.</summary>
/// <param name="Variables">Those of `vars` in it, by the names that follow <c>vars.</c></param>
internal sealed record Expression(Template? Template, ExpressionError? Error, bool UsesIndex, bool UsesNamespace, ImmutableArray<VariableUse> Variables);

/// <param name="Offset">Into the scalar's text.</param>
internal readonly record struct VariableUse(string Name, int Offset, int Length);

/// <param name="Offset">Into the scalar's text.</param>
internal sealed record ExpressionError(DiagnosticCode Code, int Offset, int Length, string Message, string? Suggestion = null);

/// <summary>
/// Scriban, of which a topology file may use single expressions only. What may stand in one is a list of what is allowed, so no
/// statement, loop, include, assignment, member of a .NET object or range ever runs, and an expression's cost is bounded by its length.
/// </summary>
internal sealed class ExpressionEvaluator
{
    public const int MaxLength = 16 * 1024;
    const int MaxDepth = 40;

    static readonly HashSet<string> s_names = new(StringComparer.Ordinal) { "index", "namespace", "topology", "vars", "host" };

    readonly ScriptObject _globals = [];
    readonly ScriptObject _variables = [];
    readonly TemplateContext _context;

    public ExpressionEvaluator()
    {
        _context = new TemplateContext(new ScriptObject { ["host"] = new HostFunction() })
        {
            StrictVariables = true,
            LimitToString = 4 * MaxLength,
            LoopLimit = 1,
            RecursiveLimit = MaxDepth,
        };
        _globals["vars"] = _variables;
        _context.PushGlobal(_globals);
    }

    /// <param name="variables">What `vars` are where the scalar stands; null for one whose value is wrong.</param>
    /// <param name="error">Null on failure: it is a variable's, and has been said.</param>
    public bool TryEvaluate(ScalarNode scalar, string topology, Scope scope, IReadOnlyDictionary<string, object?> variables, out string text, out ExpressionError? error)
    {
        Expression expression = scalar.Expression ??= Parse(scalar.Text);
        text = "";
        error = expression.Error
            ?? (expression.UsesIndex && scope.Index is null
                ? Missing(scalar.Text, "index", "'index' exists only in a namespace with replicas", "set replicas, or write the value itself")
                : expression.UsesNamespace && scope.Namespace is null
                    ? Missing(scalar.Text, "namespace", "'namespace' exists only inside a namespace", null)
                    : null);
        if (error is not null)
        {
            return false;
        }

        foreach (VariableUse use in expression.Variables)
        {
            if (!variables.TryGetValue(use.Name, out object? value))
            {
                error = Undeclared(use, variables);
            }

            if (value is null)
            {
                return false;
            }

            _variables[use.Name] = value;
        }

        _globals["topology"] = topology;
        _globals["namespace"] = scope.Namespace;
        _globals["index"] = scope.Index;
        try
        {
            text = expression.Template!.Render(_context);
            return true;
        }
        catch (ScriptRuntimeException wrong)
        {
            int start = Math.Clamp(wrong.Span.Start.Offset, 0, scalar.Text.Length);
            error = new ExpressionError(DiagnosticCatalog.ExpressionFailed, start, Math.Clamp(wrong.Span.Length, 1, Math.Max(1, scalar.Text.Length - start)),
                $"the expression has no result: {wrong.OriginalMessage}");
            return false;
        }
    }

    static Expression Parse(string text)
    {
        if (text.Length > MaxLength)
        {
            return Wrong(new ExpressionError(DiagnosticCatalog.ExpressionSyntax, 0, text.Length,
                string.Create(CultureInfo.InvariantCulture, $"a text with expressions may have {MaxLength:N0} characters")));
        }

        Template template = Template.Parse(text, parserOptions: new ParserOptions { ExpressionDepthLimit = MaxDepth });
        if (template.HasErrors)
        {
            LogMessage first = template.Messages.First(message => message.Type == ParserMessageType.Error);
            int at = Math.Clamp(first.Span.Start.Offset, 0, text.Length - 1);
            return Wrong(new ExpressionError(DiagnosticCatalog.ExpressionSyntax, at, Math.Clamp(first.Span.Length, 1, text.Length - at),
                $"this is not an expression: {first.Message}"));
        }

        var allowed = new Allowed();
        allowed.Visit(template.Page, depth: 0);
        if (allowed.Error is null && template.Page!.Body!.Statements is { Count: > 0 } statements && statements[^1] is ScriptExpressionStatement or ScriptNopStatement)
        {
            int open = text.LastIndexOf("{{", StringComparison.Ordinal);
            return Wrong(new ExpressionError(DiagnosticCatalog.ExpressionSyntax, open, 2, "'{{' is not closed", "add '}}'"));
        }

        return new Expression(template, allowed.Error, allowed.UsesIndex, allowed.UsesNamespace, [.. allowed.Variables]);
    }

    static Expression Wrong(ExpressionError error) => new(null, error, false, false, []);

    static ExpressionError Undeclared(VariableUse use, IReadOnlyDictionary<string, object?> variables) => new(DiagnosticCatalog.Unresolved, use.Offset, use.Length,
        $"no variable {Quoted.Text(use.Name)} is declared",
        EditDistance.Nearest(use.Name, [.. variables.Keys]) is { } near ? $"did you mean 'vars.{near}'?" : $"declare it: vars: {{ {use.Name}: … }}");

    static ExpressionError Missing(string text, string name, string message, string? suggestion) =>
        new(DiagnosticCatalog.Unresolved, Math.Max(0, text.IndexOf(name, text.IndexOf("{{", StringComparison.Ordinal), StringComparison.Ordinal)), name.Length, message, suggestion);

    /// <summary>Walks what Scriban parsed and stops at the first thing that is not on the list.</summary>
    sealed class Allowed
    {
        public ExpressionError? Error { get; private set; }

        public bool UsesIndex { get; private set; }

        public bool UsesNamespace { get; private set; }

        public List<VariableUse> Variables { get; } = [];

        public void Visit(ScriptNode? node, int depth)
        {
            if (node is null || Error is not null)
            {
                return;
            }

            if (depth > 3 * MaxDepth)
            {
                Refuse(DiagnosticCatalog.ExpressionSyntax, node, "the expression is nested too deeply");
                return;
            }

            switch (node)
            {
                case ScriptMemberExpression { Target: ScriptVariableGlobal { BaseName: "vars" }, Member: ScriptVariableGlobal { BaseName: var name } }:
                    Variables.Add(new VariableUse(name, node.Span.Start.Offset, node.Span.End.Offset - node.Span.Start.Offset + 1));
                    return;
                case ScriptMemberExpression member:
                    Visit(member.Target, depth + 1);
                    if (Error is null)
                    {
                        Refuse(DiagnosticCatalog.ExpressionSyntax, node, "values have no members here");
                    }

                    return;
                case ScriptVariableGlobal variable:
                    Resolve(variable);
                    return;
                case ScriptPage or ScriptBlockStatement or ScriptRawStatement or ScriptEscapeStatement or ScriptNopStatement or ScriptExpressionStatement
                    or ScriptLiteral or ScriptUnaryExpression or ScriptNestedExpression or ScriptFunctionCall or ScriptConditionalExpression
                    or ScriptList or ScriptToken:
                case ScriptBinaryExpression { Operator: not (ScriptBinaryOperator.RangeInclude or ScriptBinaryOperator.RangeExclude or ScriptBinaryOperator.ShiftLeft or ScriptBinaryOperator.Power) }:
                    for (int i = 0; i < node.ChildrenCount; i++)
                    {
                        Visit(node.GetChildren(i), depth + 1);
                    }

                    return;
                default:
                    Refuse(DiagnosticCatalog.ExpressionSyntax, node, "this cannot stand in an expression here",
                        "names, numbers, strings, arithmetic, comparison, 'a ? b : c' and host can");
                    return;
            }
        }

        void Resolve(ScriptVariableGlobal variable)
        {
            string name = variable.BaseName;
            UsesIndex |= name == "index";
            UsesNamespace |= name == "namespace";
            if (name == "vars")
            {
                Refuse(DiagnosticCatalog.Unresolved, variable, "'vars' alone is no value", "write vars.NAME");
            }
            else if (!s_names.Contains(name))
            {
                Refuse(DiagnosticCatalog.Unresolved, variable, $"{Quoted.Text(name)} stands for nothing",
                    EditDistance.Nearest(name, s_names) is { } near ? $"did you mean '{near}'?" : "in scope are topology, namespace, index, vars and host");
            }
        }

        void Refuse(DiagnosticCode code, ScriptNode node, string message, string? suggestion = null) =>
            Error = new ExpressionError(code, node.Span.Start.Offset, Math.Max(1, node.Span.End.Offset - node.Span.Start.Offset + 1), message, suggestion);
    }
}

/// <summary><c>host "10.1.0.0/16" 10</c> is 10.1.0.10: the n-th address of a network, 0 its own.</summary>
internal sealed class HostFunction : IScriptCustomFunction
{
    public int RequiredParameterCount => 2;
    public int ParameterCount => 2;
    public ScriptVarParamKind VarParamKind => ScriptVarParamKind.None;
    public Type ReturnType => typeof(string);

    public ScriptParameterInfo GetParameterInfo(int index) =>
        index == 0 ? new ScriptParameterInfo(typeof(string), "network") : new ScriptParameterInfo(typeof(long), "number");

    public object? Invoke(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement)
    {
        SourceSpan at = callerContext?.Span ?? context.CurrentSpan;
        if (arguments.Count != 2 || arguments[0] is not string network || !InterfaceAddress.TryParse(network, out InterfaceAddress? parsed))
        {
            throw new ScriptRuntimeException(at, "host takes a network and a number, as in host \"10.1.0.0/16\" 10");
        }

        IPNetwork subnet = parsed.Value.Subnet;
        byte[] bytes = subnet.BaseAddress.GetAddressBytes();
        var size = System.Numerics.BigInteger.One << (bytes.Length * 8 - subnet.PrefixLength);
        if (Number(arguments[1]) is not { } number || number < 0 || number >= size)
        {
            throw new ScriptRuntimeException(at, $"{subnet} has addresses 0 to {size - 1}, not {Quoted.Text(context.ObjectToString(arguments[1]) ?? "")}");
        }

        System.Numerics.BigInteger address = new System.Numerics.BigInteger(bytes, isUnsigned: true, isBigEndian: true) + number;
        byte[] sum = address.ToByteArray(isUnsigned: true, isBigEndian: true);
        bytes.AsSpan().Clear();
        sum.CopyTo(bytes, bytes.Length - sum.Length);
        return new IPAddress(bytes).ToString();
    }

    public ValueTask<object?> InvokeAsync(TemplateContext context, ScriptNode? callerContext, ScriptArray arguments, ScriptBlockStatement? blockStatement) =>
        ValueTask.FromResult(Invoke(context, callerContext, arguments, blockStatement));

    static System.Numerics.BigInteger? Number(object? value) => value switch
    {
        int number => number,
        long number => number,
        System.Numerics.BigInteger number => number,
        _ => null,
    };
}

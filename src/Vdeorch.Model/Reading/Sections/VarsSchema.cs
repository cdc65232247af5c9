using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>What a file takes from outside.</summary>
/// <example><code>
/// vars:
///   webs: { type: int, default: 3, min: 1, max: 50 }
///   lan: 10.0.0.0/24            # short for { default: 10.0.0.0/24 }
///   site:                       # a string that has to be given
/// </code></example>
internal static class VarsSchema
{
    static readonly FieldSchema<Located<VariableType>> s_type = new("type", Scalars.OneOf(("string", VariableType.String), ("int", VariableType.Int), ("number", VariableType.Number),
        ("bool", VariableType.Bool), ("address", VariableType.Address), ("network", VariableType.Network)))
    {
        Description = "What its values are: `address` is 10.0.0.1 or fd00::1, `network` 10.0.0.0/24.",
        Otherwise = "that of the default, else `string`",
        Example = "int",
    };

    static readonly FieldSchema<Located<string>> s_default = new("default", Scalars.Text)
    {
        Description = "The value where none is given.",
        Otherwise = "one has to be given",
        Example = "3",
    };

    static readonly FieldSchema<Located<int>> s_min = Bound("min", "The smallest.", "1");

    static readonly FieldSchema<Located<int>> s_max = Bound("max", "The largest.", "50");

    static readonly FieldSchema<ImmutableArray<Located<string>>> s_values = new("values", new ListSchema<Located<string>>(Scalars.Text) { Fewest = 1 })
    {
        Description = "The only values it takes.",
        Otherwise = "any of its type",
        Example = "[small, large]",
    };

    static readonly FieldSchema<Located<string>> s_description = new("description", Scalars.Text)
    {
        Description = "For people; shown where a value is missing.",
        Otherwise = "none",
        Example = "how many web servers",
    };

    static readonly ObjectSchema<Variable> s_variable = new("vars.NAME", "a variable", [s_type, s_default, s_min, s_max, s_values, s_description], Read);

    static readonly MapSchema<Variable> s_variables = new(Scalars.VarKey, new EitherSchema<Variable>(Scalars.Text.As(Short), s_variable) { Words = "a default, or a map of what it takes" });

    public static readonly FieldSchema<ImmutableArray<MapItem<Variable>>> Field = new("vars", s_variables)
    {
        Description = "What the file takes from outside, by name: `{{ vars.NAME }}` is the value.",
        Example = "{ webs: { type: int, default: 3, min: 1, max: 50 } }",
    };

    public static ImmutableArray<IObjectSchema> Objects => [s_variable];

    static FieldSchema<Located<int>> Bound(string key, string description, string example) => new(key, Scalars.Integer(int.MinValue, int.MaxValue))
    {
        Description = $"{description} Of an `int` or a `number`.",
        Otherwise = "any",
        Example = example,
    };

    static Variable Short(Located<string> value) => new(TypeOf(value.Value), value, null, null, [], null);

    static Variable Read(ObjectReader reader)
    {
        ReadContext context = reader.Context;
        Located<string>? given = reader.TryGet(s_default, out Located<string> text) ? text : (Located<string>?)null;
        Variable read = new(
            reader.TryGet(s_type, out Located<VariableType> type) ? type.Value : given is { } from && !reader.Has(s_type) ? TypeOf(from.Value) : VariableType.String,
            given,
            reader.TryGet(s_min, out Located<int> min) ? min.Value : null,
            reader.TryGet(s_max, out Located<int> max) ? max.Value : null,
            reader.List(s_values),
            reader.TryGet(s_description, out Located<string> words) ? words.Value : null);
        foreach (FieldSchema<Located<int>> bound in new[] { s_min, s_max }.Where(bound => reader.Has(bound) && read.Type is not (VariableType.Int or VariableType.Number)))
        {
            context.Report(DiagnosticCatalog.BadVariable, reader.At(bound), $"'{bound.Key}' belongs to an int or a number, and this is {Variable.Word(read.Type)}", "say type: int, or remove it");
        }

        if (read.Min > read.Max)
        {
            context.Report(DiagnosticCatalog.BadVariable, reader.At(s_min), string.Create(CultureInfo.InvariantCulture, $"min {read.Min} is more than max {read.Max}"));
        }

        if (read is { HasValues: false } && reader.Has(s_values))
        {
            context.Report(DiagnosticCatalog.BadVariable, reader.At(s_values), "there are no 'values' to choose from", "remove it, or list them");
        }

        foreach (Located<string> value in read.Values.Where(value => read.Parse(value.Value, isListed: true, out _) is not null))
        {
            context.Report(DiagnosticCatalog.BadVariable, value.At, $"values: {read.Parse(value.Value, isListed: true, out _)}");
        }

        return read;
    }

    static VariableType TypeOf(string text) => CoreTypes.Of(text) switch
    {
        CoreType.Integer => VariableType.Int,
        CoreType.Float => VariableType.Number,
        CoreType.Boolean => VariableType.Bool,
        _ => VariableType.String,
    };
}

internal enum VariableType
{
    String,
    Int,
    Number,
    Bool,
    Address,
    Network,
}

/// <summary>A variable as declared.</summary>
/// <param name="Default">Null: it has to be given.</param>
/// <param name="Values">Empty: any.</param>
internal sealed record Variable(VariableType Type, Located<string>? Default, int? Min, int? Max, ImmutableArray<Located<string>> Values, string? Description)
{
    public bool HasValues => !Values.IsEmpty;

    public static string Word(VariableType type) => type switch
    {
        VariableType.Int => "an int",
        VariableType.Number => "a number",
        VariableType.Bool => "a bool",
        VariableType.Address => "an address",
        VariableType.Network => "a network",
        _ => "a string",
    };

    /// <param name="isListed">It is one of <see cref="Values"/> itself.</param>
    /// <param name="value">As expressions see it: a string, a long, a double or a bool.</param>
    /// <returns>What is wrong with the text; null when nothing is.</returns>
    public string? Parse(string text, bool isListed, out object? value)
    {
        value = Type switch
        {
            VariableType.Int => CoreTypes.Of(text) == CoreType.Integer && CoreTypes.TryInteger(text, out long integer) ? integer : null,
            VariableType.Number => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null,
            VariableType.Bool => text switch { "true" => true, "false" => false, _ => null },
            VariableType.Address => StrictAddress.TryParse(text, out _) ? text : null,
            VariableType.Network => InterfaceAddress.TryParse(text, out InterfaceAddress? address) && address.Value.Address.Equals(address.Value.Subnet.BaseAddress) ? text : null,
            _ => text,
        };
        return value is null ? $"{Quoted.Text(text)} is not {Word(Type)}{Hint(text)}"
            : Type is VariableType.Int or VariableType.Number && Convert.ToDouble(value, CultureInfo.InvariantCulture) is var size && (size < Min || size > Max) ? $"{text} is {OutOfRange}"
            : !isListed && HasValues && Values.All(one => one.Value != text) ? $"{Quoted.Text(text)} is not one of {string.Join(", ", Values.Select(one => one.Value))}"
            : null;
    }

    string OutOfRange => (Min, Max) switch
    {
        (null, _) => string.Create(CultureInfo.InvariantCulture, $"too much: at most {Max}"),
        (_, null) => string.Create(CultureInfo.InvariantCulture, $"too little: at least {Min}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"outside {Min}..{Max}"),
    };

    string Hint(string text) =>
        Type == VariableType.Network && InterfaceAddress.TryParse(text, out InterfaceAddress? address) ? $": the network is {address.Value.Subnet}"
        : Type == VariableType.Bool ? " (true or false)" : "";
}

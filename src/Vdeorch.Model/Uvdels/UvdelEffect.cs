namespace Vdeorch.Model.Uvdels;

/// <summary>What the plugs make of a locator that was read compatibly.</summary>
public static class UvdelEffect
{
    /// <returns>A locator that means the same, without what counts for nothing and with the values that count; not always one that strict reading takes.</returns>
    public static Uvdel Of(Uvdel uvdel)
    {
        Uvdel? nested = uvdel.Nested is { } inner ? Of(inner) : null;
        if (UvdelSchemes.Find(uvdel.Scheme) is not { } scheme)
        {
            return uvdel with { Nested = nested };
        }

        bool isFine = uvdel.Argument.Length == 0 || scheme.CheckArgument?.Invoke(uvdel.Argument) is null;
        return uvdel with
        {
            Argument = scheme.ArgumentText is null ? "" : isFine ? uvdel.Argument : scheme.ReadArgument?.Invoke(uvdel.Argument) ?? uvdel.Argument,
            // Of those that mean one thing the last counts, under whichever name it was given.
            Parameters = [.. uvdel.Parameters.Reverse().DistinctBy(parameter => Meaning(parameter, scheme)).Reverse().Select(parameter => Of(parameter, scheme)).OfType<UvdelParameter>()],
            Nested = nested,
        };
    }

    static UvdelParameter? Of(UvdelParameter parameter, UvdelScheme scheme)
    {
        UvdelParameterSchema schema = Schema(parameter, scheme);
        if (schema.ValueText is null)
        {
            return parameter with { Value = "" };
        }

        bool isFine = schema.Check is { } check ? check(parameter.Value) is null : parameter.Value.Length > 0;
        return isFine || schema.Read is null ? parameter : schema.Read(parameter.Value) is { } value ? parameter with { Value = value } : null;
    }

    static string Meaning(UvdelParameter parameter, UvdelScheme scheme) => Schema(parameter, scheme) is var schema && schema.SameAs is { } other ? other : schema.Name;

    static UvdelParameterSchema Schema(UvdelParameter parameter, UvdelScheme scheme) => scheme.Parameters.First(one => one.Name == parameter.Name);
}

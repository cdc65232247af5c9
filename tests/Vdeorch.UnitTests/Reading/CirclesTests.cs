using System.Collections.Immutable;
using CsCheck;
using Vdeorch.Model.Reading.Rules;
using Xunit;

namespace Vdeorch.UnitTests.Reading;

public class CirclesTests
{
    static readonly ImmutableArray<string> s_names = ["a", "b", "c", "d", "e", "f"];

    static ImmutableArray<string>? Find(string edges) =>
        Circles.Find(s_names, name => [.. edges.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(edge => edge[0] == name[0]).Select(edge => edge[1..])]);

    [Theory]
    [InlineData("", null)]
    [InlineData("ab bc ac", null)]
    [InlineData("ab ac bd cd de", null)]
    [InlineData("aa", "a a")]
    [InlineData("ab bc ca", "a b c a")]
    [InlineData("ab bc cd db", "b c d b")]
    [InlineData("ab cd dc", "c d c")]
    public void ACircleIsNamedFromOneOfItsOwn(string edges, string? circle) => Assert.Equal(circle, Find(edges) is { } found ? string.Join(' ', found) : null);

    [Fact]
    public void WhereThereIsNoneAnOrderIsLeft() =>
        Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5]).Array[0, 12].Sample(pairs =>
        {
            string edges = string.Join(' ', pairs.Select(pair => $"{s_names[pair.Item1]}{s_names[pair.Item2]}").Distinct());
            if (Find(edges) is { } circle)
            {
                return circle[0] == circle[^1] && circle.Zip(circle.Skip(1)).All(step => edges.Contains($"{step.First}{step.Second}", StringComparison.Ordinal));
            }

            // Taking away, again and again, who waits for nobody that is left takes all of them away.
            HashSet<string> left = [.. s_names];
            while (left.RemoveWhere(name => !edges.Split(' ').Any(edge => edge.Length == 2 && edge[..1] == name && left.Contains(edge[1..]))) > 0)
            {
            }

            return left.Count == 0;
        });

    [Fact]
    public void AChainMayBeAsLongAsAFile()
    {
        ImmutableArray<string> names = [.. Enumerable.Range(0, 20_000).Select(i => $"n{i}")];

        Assert.Null(Circles.Find(names, name => int.Parse(name[1..], System.Globalization.CultureInfo.InvariantCulture) is var i && i + 1 < names.Length ? [names[i + 1]] : []));
    }
}

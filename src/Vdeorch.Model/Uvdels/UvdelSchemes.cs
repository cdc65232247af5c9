using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels;

public static class UvdelSchemes
{
    public static readonly ImmutableArray<UvdelScheme> All = [];

    public static UvdelScheme? Find(string name) => All.FirstOrDefault(scheme => scheme.Name == name);
}

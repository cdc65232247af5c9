namespace Vdeorch.Model.Uvdels;

/// <summary>A locator as text.</summary>
static class UvdelPrinter
{
    public static string Print(Uvdel uvdel) => throw new NotImplementedException(uvdel.Scheme);
}

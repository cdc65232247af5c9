namespace Vdeorch.Model.Uvdels.Schemes;

public static class NullScheme
{
    public static readonly UvdelScheme Scheme = new("null", UvdelForm.Raw)
    {
        Summary = "A wire that ends nowhere: takes everything, gives nothing.",
        Example = "null://",
    };
}

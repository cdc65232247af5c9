namespace Vdeorch.Model.Resources;

/// <summary>Names one object of a topology: <c>switch/lan</c>, <c>interface/alice/vde0</c>, <c>service/web-0/echo</c>.</summary>
/// <param name="Kind">One of <see cref="Kinds"/>.</param>
/// <param name="Name">Unique within its kind and topology; parts are joined by a slash.</param>
public readonly record struct ResourceId(string Kind, string Name) : IComparable<ResourceId>
{
    public override string ToString() => $"{Kind}/{Name}";

    public int CompareTo(ResourceId other)
    {
        // Nearly all comparisons are within a kind, and plans are full of them.
        int byKind = Kind == other.Kind ? 0 : Kinds.Rank(Kind).CompareTo(Kinds.Rank(other.Kind));
        if (byKind != 0)
        {
            return byKind;
        }

        // "web-9" before "web-10": people read replicas in order.
        return NaturalOrder.Compare(Name, other.Name);
    }

    public static bool operator <(ResourceId left, ResourceId right) => left.CompareTo(right) < 0;
    public static bool operator >(ResourceId left, ResourceId right) => left.CompareTo(right) > 0;
    public static bool operator <=(ResourceId left, ResourceId right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ResourceId left, ResourceId right) => left.CompareTo(right) >= 0;
}

namespace Vdeorch.Model.Uvdels;

/// <summary>How much of a frame is left when every layer has added its bytes.</summary>
public static class UvdelRoom
{
    const int EthernetHeaderBytes = 14;

    /// <summary>The largest packet an interface plugged into it may send, where links have an MTU of 1500; null: any that an interface takes.</summary>
    public static int? Mtu(Uvdel uvdel) => MaxFrame(uvdel) is { } frame ? Math.Max(0, frame - EthernetHeaderBytes) : null;

    /// <summary>The longest frame (header, no FCS) that passes whole and unfragmented.</summary>
    public static int? MaxFrame(Uvdel uvdel)
    {
        UvdelScheme? scheme = UvdelSchemes.Find(uvdel.Scheme);
        int? own = scheme?.MaxFrame?.Invoke(uvdel);
        int? left = uvdel.Nested is { } nested ? MaxFrame(nested) - (scheme?.Overhead?.Invoke(uvdel) ?? 0) : null;
        return own is { } a && left is { } b ? Math.Min(a, b) : own ?? left;
    }
}

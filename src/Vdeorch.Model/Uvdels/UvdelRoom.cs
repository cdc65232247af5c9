namespace Vdeorch.Model.Uvdels;

/// <summary>How much of a frame is left when every layer has added its bytes.</summary>
public static class UvdelRoom
{
    /// <summary>Of the links that are assumed below.</summary>
    public const int LinkMtu = 1500;

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

    /// <summary>Bytes that this layer alone adds, at worst: to the frame of a layer below it, or, headers of IP and UDP included, to that of a link.</summary>
    public static int Overhead(Uvdel layer)
    {
        UvdelScheme? scheme = UvdelSchemes.Find(layer.Scheme);
        return layer.Nested is not null ? scheme?.Overhead?.Invoke(layer) ?? 0 : scheme?.MaxFrame is { } most ? Math.Max(0, LinkMtu - most(layer)) : 0;
    }
}

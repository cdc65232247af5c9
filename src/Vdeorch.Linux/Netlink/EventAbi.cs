namespace Vdeorch.Linux.Netlink;

/// <summary>Of linux/netlink.h, linux/rtnetlink.h and linux/net_namespace.h what <see cref="NamespaceEvents"/> needs. A test compares it with the machine's own.</summary>
internal static class EventAbi
{
    public const int AddMembership = 1;
    public const int ListenAllNamespaces = 8;

    public const ushort NewNamespaceId = 88;
    public const ushort DelNamespaceId = 89;
    public const ushort GetNamespaceId = 90;
    public const ushort NamespaceId = 1;
    public const ushort NamespaceFd = 3;
    public const int AnyId = -1;

    public const int Links = 1;
    public const int Qdiscs = 4;
    public const int AddressesV4 = 5;
    public const int RoutesV4 = 7;
    public const int RulesV4 = 8;
    public const int AddressesV6 = 9;
    public const int RoutesV6 = 11;
    public const int RulesV6 = 19;
    public const int NamespaceIds = 28;
}

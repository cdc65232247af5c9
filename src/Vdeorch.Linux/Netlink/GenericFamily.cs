using System.Text;

namespace Vdeorch.Linux.Netlink;

/// <summary>Families of generic netlink, by which parts of the kernel say that they are there.</summary>
/// <remarks>linux/genetlink.h. The kernel loads a module for a family that is asked for, when it has one.</remarks>
public static class GenericFamily
{
    const int NetlinkGeneric = 16;
    const ushort Control = 0x10; // GENL_ID_CTRL
    const uint GetFamily = 3 | (1 << 8); // struct genlmsghdr: CTRL_CMD_GETFAMILY, version 1
    const ushort FamilyName = 2; // CTRL_ATTR_FAMILY_NAME

    /// <param name="name">As the kernel has it: <c>wireguard</c>.</param>
    public static bool IsThere(string name)
    {
        try
        {
            using NetlinkSocket socket = NetlinkSocket.Open(NetlinkGeneric);
            MessageWriter request = new MessageWriter(Control, RouteAbi.Request | RouteAbi.Acknowledge).Append(GetFamily).Attribute(FamilyName, Encoding.UTF8.GetBytes($"{name}\0"));
            return socket.Ask(request).Errno == 0;
        }
        catch (LinuxException)
        {
            // No generic netlink at all.
            return false;
        }
    }
}

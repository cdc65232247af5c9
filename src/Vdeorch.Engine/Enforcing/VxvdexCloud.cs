using System.Globalization;
using System.Net;
using Vdeorch.Model.Uvdels;
using Vdeorch.Model.Uvdels.Schemes;

namespace Vdeorch.Engine.Enforcing;

/// <summary>A vxvdex network: of which group of users, at which multicast address.</summary>
/// <param name="Group">Its number.</param>
/// <param name="Address">With the group's number in its last three bytes.</param>
public sealed record VxvdexCloud(uint Group, IPAddress Address, int Port)
{
    const uint MaxGroup = 0xFF_FFFF;

    /// <summary>Of a locator of <c>vxvdex://</c>.</summary>
    /// <returns>Null with the problem: the rules are about an address, so it cannot be a name that means something else tomorrow.</returns>
    public static VxvdexCloud? From(Uvdel uvdel, uint group, out string? problem)
    {
        OverlayOptions options = VxvdexScheme.Options(uvdel).Overlay;
        if (!IPAddress.TryParse(options.GroupOrDefault, out IPAddress? address))
        {
            problem = $"'{options.Group}' is no address; a network that is enforced needs a multicast address";
            return null;
        }
        if (group is 0 or > MaxGroup)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"group {group} cannot be enforced; its number goes into three bytes, and root is let through anyway");
            return null;
        }
        problem = null;
        return new VxvdexCloud(group, VxvdeOptions.WithNumber(address, group), options.Port);
    }
}

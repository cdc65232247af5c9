using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Plugs.Overlays;

/// <summary>Addresses from what a user wrote. Names are looked up in the namespace of the calling thread, which may take long.</summary>
static class Addresses
{
    /// <param name="wanted">Unspecified: any.</param>
    /// <returns>Null when the name is unknown, or has no address of that family.</returns>
    public static IPAddress? Resolve(string name, AddressFamily wanted)
    {
        if (IPAddress.TryParse(name, out IPAddress? literal))
        {
            return wanted == AddressFamily.Unspecified || literal.AddressFamily == wanted ? literal : null;
        }
        try
        {
            return Dns.GetHostAddresses(name, wanted).FirstOrDefault();
        }
        catch (SocketException)
        {
            return null;
        }
    }
}

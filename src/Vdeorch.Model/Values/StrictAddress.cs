using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Vdeorch.Model.Values;

/// <summary>Addresses as network people write them. <see cref="IPAddress.TryParse(string, out IPAddress)"/> also takes <c>10</c>, <c>0x7f.1</c> and <c>010.0.0.1</c>.</summary>
public static class StrictAddress
{
    /// <summary>Four decimal parts without leading zeros, or IPv6 without a zone.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out IPAddress? address)
    {
        address = null;
        if (text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal) || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        if (parsed.AddressFamily == AddressFamily.InterNetwork && parsed.ToString() != text)
        {
            return false;
        }

        address = parsed;
        return true;
    }
}

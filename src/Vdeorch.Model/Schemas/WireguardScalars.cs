using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;

namespace Vdeorch.Model.Schemas;

/// <summary>Keys of WireGuard's, which are 32 bytes in base64, and the names of files that have one.</summary>
internal static class WireguardScalars
{
    const int KeyBytes = 32;
    const int KeyCharacters = 44;

    public static readonly ScalarSchema<string> PublicKey = new("a public key of WireGuard's", ReadPublicKey, value => value, () => Scalars.Pattern("^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$"));

    /// <summary>A name: a key itself does not belong into a topology.</summary>
    public static readonly ScalarSchema<string> KeyFile = new("the name of a file with a key", ReadKeyFile, value => value, () => new JsonObject { ["type"] = "string", ["minLength"] = 1 });

    /// <summary>As wg(8) writes one: 43 characters and an equals sign, no bit left over.</summary>
    public static bool IsKey(string text)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes];
        return text.Length == KeyCharacters && Convert.TryFromBase64String(text, bytes, out int length) && length == KeyBytes && Convert.ToBase64String(bytes) == text;
    }

    static Problem? ReadPublicKey(ScalarText text, out string value)
    {
        value = text.Text;
        return IsKey(text.Text) ? null : new Problem(DiagnosticCatalog.BadKey, $"{Quoted.Text(text.Text)} is no public key: that is 32 bytes in base64, 44 characters of which the last is =", "its owner gets it by: wg pubkey < FILE");
    }

    // What looks like a key is not quoted.
    static Problem? ReadKeyFile(ScalarText text, out string value)
    {
        value = text.Text;
        return text.Text.Length == 0 ? new Problem(DiagnosticCatalog.BadKey, "is empty: it names a file with a key", "make one: wg genkey > FILE")
            : IsKey(text.Text) ? new Problem(DiagnosticCatalog.BadKey, "is a key itself; whoever reads the topology would have it", "put it into a file that only its owner may read, and name that file")
            : null;
    }
}

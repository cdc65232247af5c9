using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Reading;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Schemas;

/// <summary>Whom checks and health try to reach: addresses, ports and web pages, of namespaces by their names too.</summary>
internal static class TargetScalars
{
    public const string HttpScheme = "http://";

    const int HttpPort = 80;
    const string HostPattern = "(\\[[0-9a-fA-F:.]+\\]|[a-z][a-z0-9-]*|[0-9]{1,3}(\\.[0-9]{1,3}){3})";

    public static readonly ScalarSchema<Target> Ping = new("an address or a namespace's name", ReadPing, target => target.Address?.ToString() ?? target.Namespace!,
        () => new JsonObject { ["type"] = "string" })
    {
        IsReference = true,
    };

    public static readonly ScalarSchema<Target> Tcp = new("address:port or name:port", ReadTcp, target => $"{target.Namespace}:{target.Port}",
        () => Scalars.Pattern($"^{HostPattern}:[0-9]{{1,5}}$"))
    {
        IsReference = true,
    };

    /// <summary>One without a host is a port of the namespace that asks.</summary>
    public static readonly ScalarSchema<Target> PortOrTcp = new("a port, address:port or name:port", ReadPortOrTcp, target => $"{target.Namespace}:{target.Port}",
        () => new JsonObject { ["type"] = new JsonArray("integer", "string"), ["minimum"] = 1, ["maximum"] = 65535 })
    {
        IsReference = true,
    };

    /// <summary>One without a port has port 0.</summary>
    public static readonly ScalarSchema<Target> HostOrTcp = new("an address or a namespace's name, with a port or without", ReadHostOrTcp, target => target.Port == 0 ? $"{target.Namespace}" : $"{target.Namespace}:{target.Port}",
        () => new JsonObject { ["type"] = "string" })
    {
        IsReference = true,
    };

    public static readonly ScalarSchema<Target> Http = new("a URL (http://10.0.0.80/)", ReadHttp, target => $"{HttpScheme}{target.Namespace}:{target.Port}{target.Path}",
        () => Scalars.Pattern($"^{HttpScheme}{HostPattern}(:[0-9]{{1,5}})?(/[!-\"$-~]*)?$"))
    {
        IsReference = true,
    };

    static Problem? ReadPing(ScalarText text, out Target target)
    {
        target = new Target(StrictAddress.TryParse(text.Text, out IPAddress? address) ? address : null, address is null ? text.Text : null, 0);
        return address is not null || Scalars.IsName(text.Text) ? null
            : new Problem(DiagnosticCatalog.BadAddress, $"{Quoted.Text(text.Text)} is neither an address nor a namespace's name",
                text.Text.Contains('/', StringComparison.Ordinal) ? "leave the prefix length out" : text.Text.Contains('*', StringComparison.Ordinal) ? "patterns stand in from and among" : null);
    }

    // An IPv6 address alone has colons too.
    static Problem? ReadHostOrTcp(ScalarText text, out Target target) =>
        StrictAddress.TryParse(text.Text, out _) || !text.Text.Contains(':', StringComparison.Ordinal) ? ReadPing(text, out target) : ReadTcp(text, out target);

    static Problem? ReadPortOrTcp(ScalarText text, out Target target)
    {
        if (text.Type != CoreType.Integer)
        {
            return ReadTcp(text, out target);
        }

        bool isPort = CoreTypes.TryInteger(text.Text, out long port) && port is >= 1 and <= 65535;
        target = new Target(null, null, isPort ? (int)port : 0);
        return isPort ? null : new Problem(DiagnosticCatalog.OutOfRange, $"{Scalars.Shorten(text.Text)} is outside 1..65535");
    }

    static Problem? ReadTcp(ScalarText text, out Target target)
    {
        target = new Target(null, null, 0);
        int colon = text.Text.LastIndexOf(':');
        string host = colon < 0 ? text.Text : text.Text[..colon];
        if (colon < 0 || ReadHost(host, out IPAddress? address) is false)
        {
            return new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} is not an address with a port",
                colon >= 0 && StrictAddress.TryParse(host, out IPAddress? open) ? $"write \"[{open}]{text.Text[colon..]}\""
                : StrictAddress.TryParse(text.Text, out IPAddress? bare) && bare.AddressFamily == AddressFamily.InterNetworkV6 ? $"for example \"[{bare}]:80\""
                : "for example \"10.0.0.1:80\" or \"web-0:80\"");
        }

        if (!TryPort(text.Text.AsSpan(colon + 1), out int port))
        {
            return new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} has no port 1..65535 behind the colon", null, colon + 1, text.Text.Length - colon - 1);
        }

        target = new Target(address, address is null ? host : null, port);
        return null;
    }

    static Problem? ReadHttp(ScalarText text, out Target target)
    {
        const string Example = "for example \"http://10.0.0.80/\" or \"http://web-0:8080/health\"";
        target = new Target(null, null, 0);
        if (!text.Text.StartsWith(HttpScheme, StringComparison.Ordinal))
        {
            return new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} is not a URL that begins with http://",
                text.Text.StartsWith("https://", StringComparison.Ordinal) ? "what https:// leads to is tried by its port: tcp" : Example);
        }

        int slash = text.Text.IndexOf('/', HttpScheme.Length);
        string authority = slash < 0 ? text.Text[HttpScheme.Length..] : text.Text[HttpScheme.Length..slash];
        string path = slash < 0 ? "/" : text.Text[slash..];
        if (path.AsSpan().IndexOfAnyExceptInRange('!', '~') is >= 0 and int bad || (bad = path.IndexOf('#', StringComparison.Ordinal)) >= 0)
        {
            return new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} has {(path[bad] == '#' ? "a fragment (#…), which no server is sent" : "a character that no URL has")}", path[bad] == '#' ? "leave it out" : "write it as %20 and the like", slash + bad, 1);
        }

        int colon = authority.EndsWith(']') ? -1 : authority.LastIndexOf(':');
        string host = colon < 0 ? authority : authority[..colon];
        if (!ReadHost(host, out IPAddress? address))
        {
            return new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} has no address and no namespace's name as its host",
                StrictAddress.TryParse(authority, out IPAddress? open) ? $"write \"http://[{open}]{path}\"" : Example, HttpScheme.Length, Math.Max(1, authority.Length));
        }

        int port = HttpPort;
        if (colon >= 0 && !TryPort(authority.AsSpan(colon + 1), out port))
        {
            return new Problem(DiagnosticCatalog.BadEndpoint, $"{Quoted.Text(text.Text)} has no port 1..65535 behind the colon", null, HttpScheme.Length + colon + 1, Math.Max(1, authority.Length - colon - 1));
        }

        target = new Target(address, address is null ? host : null, port, path);
        return null;
    }

    // IPv6 in brackets, IPv4 without; anything else is a name.
    static bool ReadHost(string host, out IPAddress? address)
    {
        bool isBracketed = host.StartsWith('[') && host.EndsWith(']');
        address = StrictAddress.TryParse(isBracketed ? host[1..^1] : host, out IPAddress? parsed) ? parsed : null;
        return address is null ? !isBracketed && Scalars.IsName(host) : isBracketed == (address.AddressFamily == AddressFamily.InterNetworkV6);
    }

    static bool TryPort(ReadOnlySpan<char> text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is >= 1 and <= 65535;
}

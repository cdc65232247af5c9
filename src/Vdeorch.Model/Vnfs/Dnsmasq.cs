using System.Collections.Immutable;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>The program behind more than one kind (dnsmasq(8)), each with one of its own: one goes down without the others.</summary>
internal static class Dnsmasq
{
    public const string Package = "dnsmasq-base";

    /// <summary>Its configuration, which it reads at its start and not again.</summary>
    public const string File = "dnsmasq.conf";

    public static ImmutableArray<string> Run => ["dnsmasq", "--keep-in-foreground", $"--conf-file={DaemonSpec.Config}/{File}"];
}

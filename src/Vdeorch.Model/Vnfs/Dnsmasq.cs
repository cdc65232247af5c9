using System.Collections.Immutable;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Model.Vnfs;

/// <summary>The program behind more than one kind (dnsmasq(8)), each with one of its own: one goes down without the others.</summary>
internal static class Dnsmasq
{
    public static VnfProgram Program { get; } = new("dnsmasq", "dnsmasq-base");

    /// <summary>Its configuration, which it reads at its start and not again.</summary>
    public const string File = "dnsmasq.conf";

    public static ImmutableArray<string> Run => [Program.Name, "--keep-in-foreground", $"--conf-file={DaemonSpec.Config}/{File}"];
}

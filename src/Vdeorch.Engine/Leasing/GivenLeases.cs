using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Hosting;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Engine.Leasing;

/// <summary>The addresses that a server has given, as it has noted them (dnsmasq's lease file).</summary>
internal static class GivenLeases
{
    const string NoName = "*";

    /// <returns>In order of addresses; null when the function gives none.</returns>
    public static ImmutableArray<LeaseStatus>? Of(RunDirectory run, string topology, ServiceSpec? spec)
    {
        if (spec?.Daemon?.Leases is not { } name)
        {
            return null;
        }

        try
        {
            string file = $"{run.Daemon(topology, spec.Namespace, spec.Name)}/lib/{name}";
            return File.Exists(file) ? Read(File.ReadLines(file)) : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Lines: until when (0: for ever), MAC, address, name or *, client id. Those of IPv6 have no MAC.</summary>
    internal static ImmutableArray<LeaseStatus> Read(IEnumerable<string> lines) =>
    [
        .. lines.Select(Line).OfType<LeaseStatus>().OrderBy(lease => lease.Address, Comparer<string>.Create(NaturalOrder.Compare)),
    ];

    static LeaseStatus? Line(string line) =>
        line.Split(' ') is [var until, var mac, var address, var name, ..] && long.TryParse(until, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds)
            && MacAddress.TryParse(mac, out MacAddress who) && IPAddress.TryParse(address, out IPAddress? what)
            ? new LeaseStatus(what.ToString(), who.ToString(), name == NoName ? null : name, seconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, DateTimeOffset.MaxValue.ToUnixTimeSeconds())))
            : null;
}

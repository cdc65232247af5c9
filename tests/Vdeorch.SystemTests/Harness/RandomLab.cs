using System.Globalization;
using System.Text;

namespace Vdeorch.SystemTests.Harness;

/// <summary>Topologies by chance, the same ones for the same seed: a few of every kind of object, with fields of which two neighbours often differ.</summary>
/// <param name="directory">For sockets.</param>
public sealed class RandomLab(int seed, string directory)
{
    readonly Random _random = new(seed);

    /// <returns>A valid file, without its name.</returns>
    public string Next()
    {
        string[] switches = Some("s", 1, 3);
        string[] clouds = Some("c", 0, 2);
        string[] segments = [.. switches, .. clouds];
        StringBuilder text = new();
        text.AppendLine("switches:");
        foreach (string sw in switches)
        {
            string open = Often(4) ? Invariant($", socket: {directory}/{sw}, mode: \"{Pick("0600", "0660")}\"") : "";
            text.AppendLine(Invariant($"  {sw}: {{ mac-age: {Pick("60s", "300s")}, hub: {Pick("true", "false")}, ports: {Pick("16", "64")}{open} }}"));
        }

        text.AppendLine(clouds.Length == 0 ? "" : "clouds:");
        foreach (string cloud in clouds)
        {
            text.AppendLine(Invariant($"  {cloud}: {{ vxvde: 239.66.{cloud[1]}.{_random.Next(1, 3)}, ttl: {Pick("1", "2")} }}"));
        }

        if (switches.Length > 1 && Often(2))
        {
            text.AppendLine(Invariant($"cables:\n  - {{ ends: [{switches[0]}, {switches[1]}]{Impairment()} }}"));
        }

        text.AppendLine("namespaces:");
        foreach (string ns in Some("n", 1, 5))
        {
            Namespace(text, ns, segments);
        }

        return text.ToString();
    }

    void Namespace(StringBuilder text, string ns, string[] segments)
    {
        text.AppendLine(Invariant($"  {ns}:\n    interfaces:"));
        int count = _random.Next(1, 3);
        for (int i = 0; i < count; i++)
        {
            string mtu = Often(3) ? Invariant($", mtu: {Pick("1280", "1400")}") : "";
            string more = Often(3) ? Invariant($", \"fd0{i}::{ns[1]}{_random.Next(1, 3)}/64\"") : "";
            text.AppendLine(Invariant($"      vde{i}: {{ to: {Pick(segments)}, address: [10.{i}.{ns[1]}.{_random.Next(1, 4)}/16{more}]{mtu}{Impairment()} }}"));
        }

        text.AppendLine(Often(2) ? Invariant($"    routes: {{ 10.{_random.Next(100, 103)}.0.0/16: 10.0.200.{_random.Next(1, 3)} }}") : "");
        text.AppendLine(Often(2) ? Invariant($"    sysctl: {{ net.ipv4.ip_forward: {Pick("0", "1")}, net.ipv4.ip_default_ttl: {Pick("64", "65")} }}") : "");
        text.AppendLine(Often(3) ? Invariant($"    dns: [10.0.0.{_random.Next(1, 3)}]") : "");
        text.AppendLine(Often(2) ? Invariant($"    services: {{ one: {{ run: [sleep, \"{_random.Next(100001, 100003)}\"], restart: {Pick("always", "on-failure")} }} }}") : "");
    }

    string Impairment() => Often(4) ? Invariant($", impair: {{ delay: {Pick("1ms", "2ms")} }}") : "";

    string[] Some(string letter, int least, int most)
    {
        // Not always the first ones: so that objects come and go.
        int count = _random.Next(least, most + 1);
        return [.. Enumerable.Range(1, most + 1).OrderBy(_ => _random.Next()).Take(count).Order().Select(number => Invariant($"{letter}{number}"))];
    }

    bool Often(int oneIn) => _random.Next(oneIn) == 0;

    string Pick(params string[] from) => from[_random.Next(from.Length)];

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

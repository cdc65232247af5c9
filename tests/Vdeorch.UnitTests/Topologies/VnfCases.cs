using System.Text;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;
using Vdeorch.UnitTests.Rendering;
using Xunit;

namespace Vdeorch.UnitTests.Topologies;

/// <summary>cases/vnfs/CASE: what network functions come to.</summary>
public class VnfCases
{
    public static TheoryData<string> Folders => Golden.Folders("vnfs");

    [Theory]
    [MemberData(nameof(Folders))]
    public void AFunctionComesToSettingsAndRules(string folder)
    {
        string path = Path.Combine(Golden.Cases("vnfs"), folder);
        StringBuilder text = new();
        Topology topology = RenderCases.Read($"topology: lab\n{File.ReadAllText(Path.Combine(path, "input.yaml"))}");
        foreach (VnfSpec spec in topology.Vnfs)
        {
            text.Append("# ").Append(spec.Id).Append('\n');
            foreach ((string key, string value) in spec.Sysctls)
            {
                text.Append(key).Append(" = ").Append(value).Append('\n');
            }

            foreach ((string link, string classes) in spec.Queues)
            {
                text.Append("## ").Append(link).Append('\n').Append(classes);
            }

            foreach (Field field in spec.Wireguard?.Fields ?? [])
            {
                text.Append(field.Path).Append(" = ").Append(field.Value).Append('\n');
            }

            text.Append(spec.Ruleset).Append('\n');
        }

        foreach (ServiceSpec spec in topology.Services.Where(spec => spec.Daemon is not null))
        {
            text.Append("# ").Append(spec.Id).Append(": ").AppendJoin(' ', spec.Run).Append('\n');
            foreach (DaemonFile file in spec.Daemon!.Files)
            {
                text.Append("## ").Append(file.Name).Append(": ").Append(file.OnChange).Append('\n').Append(file.Text).Append('\n');
            }
        }

        Golden.Matches(Path.Combine(path, "expected.txt"), text.ToString());
    }

    [Theory]
    [InlineData("router: {}", null)]
    [InlineData("firewall: {}", "0 rules")]
    [InlineData("firewall: { allow: [established, { tcp: 80 }], sets: { a: 10.0.0.1 } }", "2 rules")]
    [InlineData("firewall: { allow: [established] }", "1 rule ")]
    public void RulesAreCounted(string vnf, string? begins)
    {
        VnfSpec spec = Assert.Single(RenderCases.Read($"topology: lab\nswitches: {{ lan: {{}} }}\nnamespaces: {{ gw: {{ to: lan, vnfs: {{ {vnf} }} }} }}").Vnfs);

        string? rules = spec.Fields.Where(field => field.Path == VnfSpec.RulesPath).Select(field => field.Value).SingleOrDefault();
        Assert.Equal(begins is null, rules is null);
        Assert.StartsWith(begins ?? "", rules ?? "", StringComparison.Ordinal);
    }
}

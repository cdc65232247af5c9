using Vdeorch.Model.Topologies;
using Vdeorch.UnitTests.Rendering;
using Xunit;

namespace Vdeorch.UnitTests.Topologies;

public class HostNamesTests
{
    const string Lab = """
        topology: lab
        switches: { lan: {}, wan: {} }
        namespaces:
          web: { replicas: 11, to: lan, address: "10.0.0.{{ index + 11 }}/24" }
          gw: { to: { lan: ["fd00::fe/64", 10.0.0.254/24], wan: 10.1.0.254/24 } }
          localhost: { to: wan, address: 10.1.0.1/24 }
          mute: { to: wan }
        """;

    [Fact]
    public void EveryNamespaceIsThereWithAllAddressesAndItsLongName()
    {
        string[] lines = Print(["127.0.0.1 localhost", "127.0.1.1 box.example box", "192.0.2.1 elsewhere", "# ::1 nothing", "  ::1\tlocalhost"]).Split('\n');

        Assert.Equal(["127.0.0.1 localhost", "127.0.1.1 box.example box", "::1\tlocalhost", "10.0.0.254\tgw gw.lab", "10.1.0.254\tgw gw.lab", "fd00::fe\tgw gw.lab", "10.0.0.11\tweb-0 web-0.lab"], lines[..7]);
        Assert.Equal(["10.0.0.20\tweb-9 web-9.lab", "10.0.0.21\tweb-10 web-10.lab", ""], lines[^3..]);
    }

    [Fact]
    public void TheNameOfTheHostItselfIsNobodyElses() => Assert.DoesNotContain("10.1.0.1\t", Print([]), StringComparison.Ordinal);

    [Fact]
    public void AHostThatSaysNothingOfItselfIsLocalhostAllTheSame() => Assert.StartsWith("127.0.0.1\tlocalhost\n::1\tlocalhost ", Print(["192.0.2.1 elsewhere"]), StringComparison.Ordinal);

    [Fact]
    public void TheOrderOfInterfacesSaysNothing()
    {
        Topology lab = RenderCases.Read(Lab);

        Assert.Equal(Print([]), HostNames.Print("lab", lab.Interfaces.Reverse(), []));
    }

    static string Print(string[] hostLines) => HostNames.Print("lab", RenderCases.Read(Lab).Interfaces, hostLines);
}

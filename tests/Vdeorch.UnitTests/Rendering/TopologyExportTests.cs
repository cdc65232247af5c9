using Vdeorch.Model.Rendering;
using Vdeorch.Model.Topologies;
using Xunit;

namespace Vdeorch.UnitTests.Rendering;

/// <summary>A topology that is written to a directory names everything in it by relative names, and is the same topology.</summary>
public class TopologyExportTests
{
    const string Sealed = """
        topology: lab
        clouds: { wan: "vxvde://239.1.1.1" }
        plugs:
          one: { stack: [ { vlan: 4 }, { agno: { key: /etc/a/lab.key, mode: aead } } ], over: wan, labels: { tier: web } }
          two: "agno:///etc/b/lab.key[ethtype=copy]{vxvde://239.1.1.2}"
          again: "agno:///etc/a/lab.key{udp://6000->127.0.0.1:6001}"
          home: "agno://{vxvde://239.1.1.3}"
        namespaces:
          a: { to: one, address: 10.0.0.1/24 }
          b: { to: two, address: 10.0.1.1/24 }
          c: { to: again, address: 10.0.2.1/24 }
          d: { to: home, address: 10.0.3.1/24 }
        """;

    [Fact]
    public void KeyFilesGetRelativeNamesEachItsOwn()
    {
        TopologyExport export = TopologyExport.Of(RenderCases.Read(Sealed));

        Assert.Equal(["keys/lab.key /etc/a/lab.key", "keys/2-lab.key /etc/b/lab.key", "keys/agno.key "], export.Keys.Select(key => $"{key.Path} {key.Source}"));
        Assert.Empty(export.Fixed);
        Assert.Contains("one: { stack: [{ vlan: 4 }, { agno: { key: keys/lab.key, mode: aead } }], over: vxvde://239.1.1.1, labels: { tier: web } }", export.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("/etc/", export.Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void KeysOfTunnelsAreAmongThem()
    {
        TopologyExport export = TopologyExport.Of(RenderCases.Read("""
            topology: lab
            switches: { lan: {} }
            namespaces:
              a: { to: lan, address: 10.0.0.1/24, vnfs: { wireguard: { private-key: /etc/a/wg.key, peers: { b: { preshared-key: /etc/psk } } } } }
              b: { to: lan, address: 10.0.0.2/24, vnfs: { wireguard: { private-key: /etc/b/wg.key, peers: { a: { preshared-key: /etc/psk } } } } }
            """));

        Assert.Equal(["keys/wg.key /etc/a/wg.key", "keys/psk /etc/psk", "keys/2-wg.key /etc/b/wg.key"], export.Keys.Select(key => $"{key.Path} {key.Source}"));
        Assert.Contains("private-key: keys/2-wg.key", export.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("/etc/", export.Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void OnceTheKeyFilesAreWhereTheyAreExpectedItIsTheSameTopology()
    {
        Topology topology = RenderCases.Read(Sealed);
        TopologyExport export = TopologyExport.Of(topology);

        string back = export.Keys.Aggregate(export.Yaml, (yaml, key) => yaml.Replace($"key: {key.Path}", $"key: {(key.Source.Length == 0 ? "\"\"" : key.Source)}", StringComparison.Ordinal));

        Assert.Equal(TopologyRenderer.Render(topology), TopologyRenderer.Render(RenderCases.Read(back)));
        // Read in its directory, every key is in it.
        Assert.Contains("agno:///keys/2-lab.key[ethtype=copy]{vxvde://239.1.1.2}", TopologyRenderer.Render(RenderCases.Read(export.Yaml)), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatALocatorNamesWhereNoStackMayStandStaysAndIsTold()
    {
        TopologyExport export = TopologyExport.Of(RenderCases.Read("""
            topology: lab
            switches: { lan: {} }
            clouds: { far: "agno:///etc/c.key{vxvde://239.1.1.1}" }
            cables: [ [lan, "agno:///etc/d.key{vxvde://239.1.1.2}"] ]
            namespaces:
              a: { to: "agno:///etc/e.key{vxvde://239.1.1.3}", address: 10.0.0.1/24 }
              b: { to: far, address: 10.0.1.1/24 }
              c: { to: lan, address: 10.0.2.1/24 }
            """));

        Assert.Empty(export.Keys);
        Assert.Equal(["/etc/c.key", "/etc/d.key", "/etc/e.key"], export.Fixed.Select(key => key.Source).Order(StringComparer.Ordinal));
        Assert.Contains("agno:///etc/c.key{vxvde://239.1.1.1}", export.Yaml, StringComparison.Ordinal);
    }

    [Fact]
    public void FilesOfNamespacesLieBesideIt()
    {
        TopologyExport export = TopologyExport.Of(RenderCases.Read("""
            topology: lab
            switches: { lan: {} }
            namespaces:
              a: { to: lan, address: 10.0.0.1/24, files: { etc/motd: "hello\n", etc/app/conf: { text: "{{ 'x' }}", mode: "0600" } } }
            """));

        Assert.Equal(["files/a/etc/app/conf x 600", "files/a/etc/motd hello\n 644"], export.Files.Select(file => $"{file.Path} {file.Text} {Convert.ToString(file.Mode, 8)}"));
        Assert.Contains("etc/motd: { from: files/a/etc/motd, mode: \"0644\" }", export.Yaml, StringComparison.Ordinal);
        Assert.DoesNotContain("hello", export.Yaml, StringComparison.Ordinal);
    }
}

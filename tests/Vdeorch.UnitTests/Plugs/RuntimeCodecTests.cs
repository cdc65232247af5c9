using System.Collections.Immutable;
using System.Text;
using CsCheck;
using Vdeorch.Model.Runtime;
using Vdeorch.Model.Values;
using Xunit;

namespace Vdeorch.UnitTests.Plugs;

public class RuntimeCodecTests
{
    static readonly Gen<string> Name = Gen.String[Gen.Char.AlphaNumeric, 1, 20];
    static readonly Gen<ImmutableArray<PortSettings>> Ports =
        Gen.Select(Name, Name.Null(), Gen.Int[0, 4095], Gen.Int[0, 4094].HashSet[0, 5], (name, to, untagged, tagged) =>
            new PortSettings(name, to) { Options = new PortOptions { Vlans = untagged % 3 == 0 ? null : new VlanMembership(untagged, VlanSet.Of(tagged)) } }).Array[0, 8]
            .Select(ports => ports.DistinctBy(port => port.Name).ToImmutableArray());
    static readonly Gen<ImmutableArray<string>> PortNames = Name.HashSet[0, 8].Select(names => names.ToImmutableArray());

    static readonly Gen<RuntimeRequest> Requests = Gen.OneOf(
        Gen.Select(Name, Gen.Int[1, 100], Gen.Long[1, 1_000_000], Gen.Bool, (name, ports, age, hub) => new RuntimeRequest { SetSwitch = new SwitchSettings(name, ports, age, hub) { Vlans = hub ? null : VlanSet.Of([ports]), MoveAfterMs = age, Storm = hub ? new StormSettings(ports, null, null) : null, Mirror = hub ? null : new MirrorSettings(name, true, false) { From = ports > 50 ? [name, name] : null } } }),
        Name.Select(name => new RuntimeRequest { RemoveSwitch = name }),
        Ports.Select(ports => new RuntimeRequest { AddPorts = ports }),
        Ports.Select(ports => new RuntimeRequest { Replug = ports }),
        PortNames.Select(names => new RuntimeRequest { RemovePorts = names }),
        Gen.Select(Gen.Int[0, 1_000], Name.Null(), (from, known) => new RuntimeRequest { GetState = from, Known = known }),
        Gen.Select(Name, Gen.Int[0, 1_000], (name, from) => new RuntimeRequest { GetMacs = new MacTableQuery(name, from) }),
        Gen.Int[0, 1_000].Select(from => new RuntimeRequest { GetTrees = from }),
        PortNames.Select(names => new RuntimeRequest { HandOver = names }),
        Gen.Select(PortNames, PortNames, Gen.Int[1, CaptureSettings.LongestBytes], (ports, switches, bytes) => new RuntimeRequest { Capture = new CaptureSettings(ports, switches, bytes) }),
        Gen.Const(new RuntimeRequest { Stop = true }));

    [Fact]
    public void ARequestReadsBackAsItWasWritten() =>
        Requests.Sample(request =>
        {
            byte[] written = RuntimeCodec.Write(request);
            RuntimeRequest? read = RuntimeCodec.ReadRequest(written, out string error);

            Assert.Equal("", error);
            Assert.Equal(written, RuntimeCodec.Write(read!));
        });

    [Fact]
    public void StatesOfALinkReadBackAsTheyWereWritten()
    {
        Impairment impairment = new()
        {
            Delay = 5_000,
            States = new LinkStates { All = [new LinkState("good", new Impairment { Delay = 5_000 }) { Moves = [new LinkMove(1, 0.05)] }, new LinkState("bad", new Impairment { Loss = 0.3 })] },
        };
        RuntimeRequest request = new() { Replug = [new PortSettings("a", null) { Options = new PortOptions { Impair = new PortImpairment(impairment, null) } }] };

        RuntimeRequest? read = RuntimeCodec.ReadRequest(RuntimeCodec.Write(request), out string error);

        Assert.Equal("", error);
        Assert.Equal(impairment, read!.Replug!.Value[0].Options.Impair!.Out);
    }

    [Fact]
    public void AReplyReadsBackAsItWasWritten()
    {
        RuntimeReply reply = new()
        {
            State = new RuntimeState(7, "lab", 1_234, 2, [new SwitchSettings("lan", 32, 120_000, false)], [new PortState("a/vde0", "lan", 1, 2, 3, 4, 5, 6, "gone"), new PortState("b/vde0", null, 0, 0, 0, 0, 0, 0)]),
            Next = 2,
        };

        RuntimeReply? read = RuntimeCodec.ReadReply(RuntimeCodec.Write(reply), out _);

        Assert.Equal(reply.State.Ports, read!.State!.Ports);
        Assert.Equal(reply.State.Switches, read.State.Switches);
        Assert.Equal(2, read.Next);
    }

    [Theory]
    [InlineData("", "malformed")]
    [InlineData("null", "null")]
    [InlineData("[1,2]", "malformed")]
    [InlineData("{\"version\":1", "malformed")]
    [InlineData("{\"version\":1}", "exactly one thing, not 0")]
    [InlineData("{\"version\":1,\"getState\":0,\"stop\":true}", "exactly one thing, not 2")]
    [InlineData("{\"version\":1,\"stop\":true,\"known\":\"1.2.3\"}", "of a state that is asked for")]
    [InlineData("{\"getState\":0}", "version 0")]
    [InlineData("{\"version\":2,\"getState\":0}", "version 2")]
    [InlineData("{\"version\":1,\"getState\":-1}", "negative")]
    [InlineData("{\"version\":1,\"teleport\":\"now\"}", "malformed")]
    [InlineData("{\"version\":1,\"removePorts\":[null]}", "no name")]
    [InlineData("{\"version\":1,\"removePorts\":[\"a\",\"a\"]}", "named twice")]
    [InlineData("{\"version\":1,\"addPorts\":[null]}", "null")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"vlans\":{\"untagged\":4096,\"tagged\":\"\"}}}]}", "that there is not")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"vlans\":{\"untagged\":0,\"tagged\":\"4095\"}}}]}", "that there is not")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"vlans\":{\"untagged\":0,\"tagged\":\"x\"}}}]}", "malformed")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":0,\"all\":[{\"name\":\"a\",\"impairment\":{}}]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":100,\"all\":[]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":100,\"all\":[null]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":100,\"all\":[{\"name\":\"a\",\"impairment\":{},\"moves\":[{\"to\":1,\"share\":0.5}]}]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":100,\"all\":[{\"name\":\"a\",\"impairment\":{},\"moves\":[{\"to\":-1,\"share\":0.5}]}]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":100,\"all\":[{\"name\":\"a\",\"impairment\":{},\"moves\":[{\"to\":0,\"share\":0.6},{\"to\":0,\"share\":0.6}]}]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":100,\"all\":[{\"name\":\"a\",\"impairment\":{},\"moves\":[{\"to\":0,\"share\":-0.6}]}]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":100,\"all\":[{\"name\":\"a\",\"impairment\":{}},{\"name\":\"a\",\"impairment\":{}}]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":100,\"all\":[{\"name\":\"a\",\"impairment\":{\"states\":{\"every\":100,\"all\":[{\"name\":\"b\",\"impairment\":{}}]}}}]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"replug\":[{\"name\":\"a\",\"options\":{\"impair\":{\"out\":{\"states\":{\"every\":100,\"all\":[{\"name\":\"a\"}]}}}}}]}", "states that do not go together")]
    [InlineData("{\"version\":1,\"addPorts\":[{\"name\":null}]}", "malformed")]
    [InlineData("{\"version\":1,\"setSwitch\":{\"name\":null,\"ports\":1,\"macAgeMs\":1,\"hub\":false}}", "malformed")]
    public void AMalformedRequestIsRefusedWithItsReason(string datagram, string reason)
    {
        Assert.Null(RuntimeCodec.ReadRequest(Encoding.UTF8.GetBytes(datagram), out string error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void APortOfWhichNothingIsAskedIsOneWithoutOptions()
    {
        RuntimeRequest? request = RuntimeCodec.ReadRequest("""{"version":1,"replug":[{"name":"a"}]}"""u8, out string error);
        Assert.Empty(error);
        Assert.Equal(PortOptions.None, Assert.Single(request!.Replug!.Value).Options);
    }

    [Fact]
    public void AnyBytesAreReadOrRefused() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            RuntimeRequest? request = RuntimeCodec.ReadRequest(bytes, out string error);
            Assert.NotEqual(request is null, error.Length == 0);
        });

    [Fact]
    public void MorePortsThanAMessageMayNameAreRefused()
    {
        ImmutableArray<string> names = [.. Enumerable.Range(0, RuntimeRequest.MaxPorts + 1).Select(i => $"p{i}")];

        Assert.Null(RuntimeCodec.ReadRequest(RuntimeCodec.Write(new RuntimeRequest { RemovePorts = names }), out string error));
        Assert.Contains("129 ports", error, StringComparison.Ordinal);
    }

    [Fact]
    public void AMessageTooLongIsNeitherWrittenNorRead()
    {
        RuntimeRequest request = new() { RemoveSwitch = new string('x', RuntimeRequest.MaxBytes) };

        Assert.Throws<ArgumentException>(() => RuntimeCodec.Write(request));
        Assert.Null(RuntimeCodec.ReadRequest(new byte[RuntimeRequest.MaxBytes + 1], out string error));
        Assert.Contains("longer than", error, StringComparison.Ordinal);
    }
}

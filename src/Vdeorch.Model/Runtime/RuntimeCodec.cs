using System.Collections.Immutable;
using System.Text.Json;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Runtime;

/// <summary>Messages to and from the bytes of one datagram. What comes from the other side is never trusted; what we write is never too long.</summary>
public static class RuntimeCodec
{
    /// <exception cref="ArgumentException">Longer than <see cref="RuntimeRequest.MaxBytes"/>: split it.</exception>
    public static byte[] Write(RuntimeRequest request) => Bounded(JsonSerializer.SerializeToUtf8Bytes(request, RuntimeJson.Default.RuntimeRequest));

    /// <exception cref="ArgumentException">Longer than <see cref="RuntimeRequest.MaxBytes"/>: page it.</exception>
    public static byte[] Write(RuntimeReply reply) => Bounded(JsonSerializer.SerializeToUtf8Bytes(reply, RuntimeJson.Default.RuntimeReply));

    /// <returns>Null with an error that says what is wrong, in words for a log.</returns>
    public static RuntimeRequest? ReadRequest(ReadOnlySpan<byte> datagram, out string error)
    {
        RuntimeRequest? request = Read(datagram, RuntimeJson.Default.RuntimeRequest, out error);
        if (request is null)
        {
            return null;
        }
        error = request switch
        {
            { Version: not RuntimeRequest.CurrentVersion } => $"version {request.Version} is not {RuntimeRequest.CurrentVersion}",
            _ when CountSet(request) is not 1 and int set => $"a request asks for exactly one thing, not {set}",
            { SetSwitch: { } settings } => Check(settings),
            { AddPorts: { } ports } => Check(ports),
            { Replug: { } ports } => Check(ports),
            { RemovePorts: { } names } => Check(names),
            { SetPlugs: { } plugs } => Check(plugs),
            { RemovePlugs: { } names } => Check(names),
            { HandOver: { } names } => Check(names),
            { Capture: { } capture } => Check(capture),
            { Known: not null, GetState: null } => "a revision is known of a state that is asked for",
            { GetState: < 0 } or { GetMacs.From: < 0 } => "an index is not negative",
            _ => "",
        };
        return error.Length == 0 ? request : null;
    }

    /// <returns>Null with an error when the other side does not speak the protocol.</returns>
    public static RuntimeReply? ReadReply(ReadOnlySpan<byte> datagram, out string error) => Read(datagram, RuntimeJson.Default.RuntimeReply, out error);

    static T? Read<T>(ReadOnlySpan<byte> datagram, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type, out string error)
        where T : class
    {
        if (datagram.Length > RuntimeRequest.MaxBytes)
        {
            error = $"the message is longer than {RuntimeRequest.MaxBytes} bytes";
            return null;
        }
        try
        {
            T? message = JsonSerializer.Deserialize(datagram, type);
            error = message is null ? "the message is null" : "";
            return message;
        }
        catch (JsonException malformed)
        {
            error = $"the message is malformed: {malformed.Message}";
            return null;
        }
    }

    static int CountSet(RuntimeRequest request)
    {
        ReadOnlySpan<bool> set =
        [
            request.SetSwitch is not null, request.RemoveSwitch is not null, request.AddPorts is not null, request.Replug is not null,
            request.RemovePorts is not null, request.SetPlugs is not null, request.RemovePlugs is not null, request.GetState is not null, request.GetMacs is not null, request.GetTrees is not null, request.OpenConsole is not null, request.HandOver is not null,
            request.Capture is not null, request.Stop,
        ];
        return set.Count(true);
    }

    static string Check(ImmutableArray<PortSettings> ports) =>
        ports.Any(port => port is null) ? "a port is null"
        : ports.FirstOrDefault(port => port.Options.Vlans is { IsPossible: false }) is { } wrong ? NoVlan(wrong.Name)
        : ports.FirstOrDefault(port => port.Options.Impair is { IsPossible: false }) is { } bad ? NoStates(bad.Name)
        : Check([.. ports.Select(port => port.Name)]);

    static string Check(ImmutableArray<PlugSettings> plugs) =>
        plugs.Any(plug => plug is null) ? "a plug is null"
        : plugs.FirstOrDefault(plug => !plug.Name.StartsWith('@')) is { } wrong ? $"the plug '{wrong.Name}' does not begin with '@'"
        : plugs.FirstOrDefault(plug => plug.Uvdel is null == plug.Patch is null) is { } unclear ? $"the plug '{unclear.Name}' has a locator or a switch it leads to, one of them"
        : plugs.FirstOrDefault(plug => plug.Options.Vlans is { IsPossible: false } || plug.PatchOptions.Vlans is { IsPossible: false }) is { } outside ? NoVlan(outside.Name)
        : plugs.FirstOrDefault(plug => plug.Options.Impair is { IsPossible: false } || plug.PatchOptions.Impair is { IsPossible: false }) is { } bad ? NoStates(bad.Name)
        : Check([.. plugs.Select(plug => plug.Name)]);

    static string Check(SwitchSettings settings) =>
        settings.Numbered.Any(port => port is null) ? "a port is null"
        : settings.Numbered.FirstOrDefault(port => port.Number < 0 || port.Number > RuntimeRequest.MaxSwitchPorts) is { } wrong ? $"there is no port {wrong.Number}"
        : settings.Numbered.FirstOrDefault(port => port.Options.Vlans is { IsPossible: false }) is { } outside ? NoVlan($"{settings.Name}:{outside.Number}")
        : settings.Numbered.FirstOrDefault(port => port.Options.Impair is { IsPossible: false }) is { } bad ? NoStates($"{settings.Name}:{bad.Number}")
        : settings.Numbered.Zip(settings.Numbered.Skip(1)).Any(pair => pair.First.Number >= pair.Second.Number) ? "numbered ports are not in order"
        : "";

    static string Check(CaptureSettings capture) =>
        capture.MaxBytes is < 1 or > CaptureSettings.LongestBytes ? $"1 to {CaptureSettings.LongestBytes} bytes of a frame are captured, not {capture.MaxBytes}"
        : capture.Ports.IsDefault || capture.Switches.IsDefault || capture.Ports.Concat(capture.Switches).Any(string.IsNullOrEmpty) ? "what is captured has a name"
        : "";

    static string NoVlan(string port) => $"'{port}' is in a VLAN that there is not: untagged 0 to {VlanMembership.None}, tagged 0 to {VlanMembership.None - 1}";

    static string NoStates(string port) => $"the link of '{port}' has states that do not go together";

    static string Check(ImmutableArray<string> names) => names switch
    {
        { Length: > RuntimeRequest.MaxPorts } => $"{names.Length} ports are more than {RuntimeRequest.MaxPorts} in one message",
        _ when names.Any(string.IsNullOrEmpty) => "a port has no name",
        _ when names.Distinct(StringComparer.Ordinal).Count() != names.Length => "a port is named twice",
        _ => "",
    };

    static byte[] Bounded(byte[] message) =>
        message.Length <= RuntimeRequest.MaxBytes
            ? message
            : throw new ArgumentException($"a message of {message.Length} bytes is longer than {RuntimeRequest.MaxBytes}");
}

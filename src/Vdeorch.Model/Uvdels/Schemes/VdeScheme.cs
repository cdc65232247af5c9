using System.Collections.Immutable;

namespace Vdeorch.Model.Uvdels.Schemes;

/// <summary><c>vde:///run/lab/sw[12]</c>: a switch of this host, through the directory with its control socket.</summary>
public static class VdeScheme
{
    /// <summary>Of vde_switch for root, then for anybody else.</summary>
    public static readonly ImmutableArray<string> DefaultDirectories = ["/var/run/vde.ctl", "/tmp/vde.ctl"];

    /// <summary>What vde_switch passes on: an MTU of 1500 and one tag. It cuts what is longer.</summary>
    const int SwitchFrameBytes = 1518;

    public static readonly UvdelScheme Scheme = new("vde", UvdelForm.Bracket)
    {
        Summary = "A switch on this host: vde_switch, a hub or switch plug of another process.",
        Example = "vde:///var/run/vde.ctl[port=7]",
        ArgumentText = "the switch's directory",
        ArgumentDefault = "/var/run/vde.ctl, else /tmp/vde.ctl",
        CheckArgument = LocalChecks.Path,
        MaxFrame = _ => SwitchFrameBytes,
        Parameters =
        [
            new("") { Description = "as port; needs no name", SameAs = "port", ValueText = "a port number or the name of a port group", Check = CheckPort },
            new("port") { Description = "the port to plug into; 0 is the switch's management port", ValueText = "a port number or the name of a port group", Default = "any free port", Check = CheckPort },
            new("portgroup") { Description = "as port", SameAs = "port", ValueText = "a port number or the name of a port group", Check = CheckPort },
            new("group") { Description = "the group that owns the data socket", ValueText = "a group's name or number", Check = LocalChecks.NotEmpty },
            new UvdelParameterSchema("mode") { Description = "permissions of the data socket", Default = "0700" }.WithMode(),
        ],
        Check = uvdel => uvdel.Parameters.Where(parameter => parameter.Name is "" or "port" or "portgroup").Skip(1)
            .Select(parameter => new UvdelProblem(parameter.At, "the port is given twice; leave one")),
    };

    static string? CheckPort(string value) => value switch
    {
        "" => "needs a port number or the name of a port group",
        _ when !value.All(char.IsAsciiDigit) => null,
        _ => UvdelValues.IsDecimal(value, out uint port) && port <= VdeOptions.MaxPort ? null : $"'{value}' is no port; at most {VdeOptions.MaxPort}",
    };
}

/// <param name="Port">A number or a group's name; null: any.</param>
/// <param name="Group">Null: not asked for.</param>
/// <param name="Mode">Null: not asked for.</param>
public sealed record VdeOptions(string? Port, string? Group, int? Mode)
{
    /// <summary>Three bytes of the request, and it is signed.</summary>
    public const int MaxPort = 0x7F_FFFF;

    public static VdeOptions From(Uvdel uvdel)
    {
        string? port = uvdel.Parameters.LastOrDefault(parameter => parameter.Name is "" or "port" or "portgroup")?.Value;
        return new VdeOptions(port is "" ? null : port, uvdel.Find("group"), uvdel.Find("mode") is { } mode ? UvdelValues.Mode(mode) : null);
    }
}

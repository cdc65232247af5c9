using Vdeorch.Model.Resources;

namespace Vdeorch.Model.Runtime;

/// <summary>What the objects of a topology are called in its runtime, and back.</summary>
public static class RuntimeNames
{
    /// <summary>The runtime's switch behind a segment: <c>lan</c> for switch/lan, <c>cloud/lan1</c> for any other kind.</summary>
    public static string Switch(ResourceId segment) => segment.Kind == Kinds.Switch ? segment.Name : segment.ToString();

    /// <summary>The segment behind a switch of the runtime.</summary>
    public static ResourceId Segment(string runtimeSwitch) =>
        runtimeSwitch.IndexOf('/', StringComparison.Ordinal) is > 0 and int at ? new ResourceId(runtimeSwitch[..at], runtimeSwitch[(at + 1)..]) : new ResourceId(Kinds.Switch, runtimeSwitch);

    /// <summary>A plug's port. The sign keeps it apart from interfaces, whatever their namespaces are called.</summary>
    public static string Port(ResourceId plug, string side = "") => $"@{plug}{side}";

    /// <summary>A port's name for people and programs, who know what it is by its kind: <c>cable/lan=wan></c>.</summary>
    public static string Shown(string port) => port.TrimStart('@');

    /// <summary>What a plug's port belongs to: the reverse of <see cref="Port"/>.</summary>
    public static ResourceId Plug(string port)
    {
        string name = port[1..].TrimEnd('<', '>');
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? new ResourceId(name[..slash], name[(slash + 1)..]) : new ResourceId(Kinds.Plug, name);
    }
}

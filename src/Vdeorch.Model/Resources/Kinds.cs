namespace Vdeorch.Model.Resources;

/// <summary>The kinds of object a topology is made of, in the order plans print them.</summary>
public static class Kinds
{
    public const string Runtime = "runtime";
    public const string Switch = "switch";
    public const string Cloud = "cloud";
    public const string Plug = "plug";
    public const string Cable = "cable";
    public const string Namespace = "namespace";
    public const string Interface = "interface";
    public const string Vnf = "vnf";
    public const string Hooks = "exec";
    public const string Service = "service";
    public const string Machine = "machine";
    public const string Card = "card";

    static readonly string[] s_order = [Runtime, Switch, Cloud, Plug, Cable, Namespace, Interface, Vnf, Hooks, Service, Machine, Card];

    /// <returns>The kind's place in a plan; a kind not in the list sorts after all others.</returns>
    public static int Rank(string kind)
    {
        int at = Array.IndexOf(s_order, kind);
        return at < 0 ? s_order.Length : at;
    }
}

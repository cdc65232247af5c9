namespace Vdeorch.Model.Resources;

/// <summary>One property of a resource, as the plan shows it.</summary>
/// <param name="Path">Dotted, in the words of the topology file: <c>mtu</c>, <c>routes.default</c>, <c>env.PATH</c>.</param>
/// <param name="Value">Canonical text: two values are the same exactly when their texts are.</param>
/// <param name="OnChange">What changing it costs.</param>
public readonly record struct Field(string Path, string Value, OnChange OnChange);

namespace Vdeorch.Model.Resources;

/// <summary>What changing a field costs, cheapest first: a step costs what its dearest change costs.</summary>
public enum OnChange
{
    /// <summary>Nothing notices.</summary>
    Hot,

    /// <summary>A daemon re-reads its configuration.</summary>
    Reload,

    /// <summary>The plug behind an interface is swapped; interface, addresses and TCP connections stay.</summary>
    Replug,

    /// <summary>One process is stopped and started again.</summary>
    Restart,

    /// <summary>The object is deleted and made anew.</summary>
    Replace,
}

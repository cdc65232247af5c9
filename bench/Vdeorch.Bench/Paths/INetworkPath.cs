namespace Vdeorch.Bench.Paths;

/// <summary>Two network namespaces that reach each other somehow: 10.77.0.1 and 10.77.0.2, MTU 1500.</summary>
internal interface INetworkPath : IDisposable
{
    const string AddressA = "10.77.0.1";
    const string AddressB = "10.77.0.2";

    string Name { get; }

    /// <summary>Programs without which it cannot be built.</summary>
    string[] Needs { get; }

    /// <summary>Builds it; ready when it returns.</summary>
    void Up();

    /// <summary>What to put before a command that runs in the first or the second namespace.</summary>
    string[] InA { get; }

    string[] InB { get; }
}

namespace Vdeorch.Plugs.Public;

/// <summary>What happens at a public port.</summary>
enum PortEventKind
{
    /// <summary>Somebody is on it for the first time.</summary>
    Opened,
    Joined,
    Left,

    /// <summary>The last has left.</summary>
    Closed,
}

/// <param name="Endpoint">The descriptor of the client's connection; null where it is of no client.</param>
/// <param name="Description">What one who has joined says of himself.</param>
readonly record struct PortEvent(PortEventKind Kind, int Number, int? Endpoint, string? Description);

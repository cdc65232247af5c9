namespace Vdeorch.Model.Vnfs;

/// <summary>Numbers of signals that daemons reload at: signal(7).</summary>
internal static class DaemonSignals
{
    public const int Hup = 1;

    /// <summary>SIGUSR1: udhcpc asks for its lease once more.</summary>
    public const int Renew = 10;
}

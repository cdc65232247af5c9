namespace Vdeorch.Model.Vnfs;

/// <summary>Numbers of signals that daemons reload at: signal(7).</summary>
internal static class DaemonSignals
{
    public const int Hup = 1;
    public const int Usr1 = 10;
    public const int Usr2 = 12;
}

using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Watching;

/// <summary>What tries come to. Starting until one succeeds; unhealthy when so many in a row have failed; healthy with the first that succeeds.</summary>
internal sealed class HealthJudge(HealthSpec spec)
{
    public HealthState State { get; private set; } = HealthState.Starting;

    /// <summary>Failures in a row that count.</summary>
    public int Failures { get; private set; }

    /// <summary>How the last try failed; null: it did not, or there was none.</summary>
    public string? Why { get; private set; }

    /// <param name="why">Null: the try succeeded.</param>
    /// <param name="age">Of what is asked, since its start.</param>
    /// <returns>Whether the state is another now.</returns>
    public bool Take(string? why, TimeSpan age)
    {
        HealthState before = State;
        Why = why;
        if (why is null)
        {
            (State, Failures) = (HealthState.Healthy, 0);
        }
        else if (State != HealthState.Starting || age >= spec.StartPeriod)
        {
            Failures++;
            State = Failures >= spec.Retries ? HealthState.Unhealthy : State;
        }

        return State != before;
    }

    /// <summary>As an engine before left it.</summary>
    public void Resume(HealthState state, int failures, string? why) => (State, Failures, Why) = (state, failures, why);

    /// <summary>What is asked was started anew.</summary>
    public void Restart() => (State, Failures, Why) = (HealthState.Starting, 0, null);
}

internal enum HealthState
{
    Starting,
    Healthy,
    Unhealthy,
}

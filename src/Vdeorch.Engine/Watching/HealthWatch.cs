using Vdeorch.Engine.Notes;
using Vdeorch.Engine.Supervising;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Topologies;

namespace Vdeorch.Engine.Watching;

/// <summary>Asks for the health of one thing, again and again. Between two tries it holds a timer and nothing else.</summary>
/// <param name="ask">Tries once; null when it is healthy, else why not.</param>
/// <param name="starts">A number that is another one each time what is asked was started anew.</param>
/// <param name="kind">Of its note. What is <see cref="HealthNote.Ready"/> once is not asked again before it is started anew.</param>
internal sealed class HealthWatch(ResourceId id, HealthSpec spec, Func<CancellationToken, Task<string?>> ask, Func<int> starts, TopologyKeeper keeper, string kind = HealthNote.Health) : IDisposable
{
    // Who waits for the first success does not wait for a whole interval.
    static readonly TimeSpan s_startInterval = TimeSpan.FromMilliseconds(500);

    readonly CancellationTokenSource _stop = new();
    readonly Lock _turn = new();
    readonly HealthJudge _judge = new(spec);
    readonly bool _isOnce = kind == HealthNote.Ready;
    DateTimeOffset _began;
    DateTimeOffset _since;
    bool _isOver;
    int _tries;

    /// <summary>What it asks, printed.</summary>
    public string Asks { get; } = spec.ToString();

    public (HealthState State, DateTimeOffset Since, string? Why) Now
    {
        get
        {
            lock (_turn)
            {
                return (_judge.State, _since, _judge.Why);
            }
        }
    }

    /// <summary>So far.</summary>
    public int Tries => Volatile.Read(ref _tries);

    /// <summary>It is unhealthy, by tries of its own: what an earlier world was like says nothing of this one.</summary>
    /// <param name="tries">How many there had been then.</param>
    public bool IsHopelessSince(int tries) => Now.State == HealthState.Unhealthy && Tries - tries >= spec.Retries;

    /// <summary>Null when it is healthy; else what it is, and why, for people.</summary>
    public string? Complaint
    {
        get
        {
            (HealthState state, _, string? why) = Now;
            string reason = why is null ? "" : $": {why}";
            return state switch
            {
                HealthState.Healthy => null,
                HealthState.Starting => $"is starting, and not healthy yet{reason}",
                _ => $"is unhealthy{reason}",
            };
        }
    }

    public void Start()
    {
        _began = _since = keeper.Clock.GetUtcNow();
        if (HealthNote.Find(keeper.Run, keeper.Name, kind, id) is { } note && note.Spec == Asks)
        {
            _judge.Resume(note.State, note.Failures, note.Why);
            (_began, _since) = (note.Began, note.Since);
        }
        else if (_isOnce)
        {
            Note(isNew: false);
        }

        _ = RunAsync(_stop.Token);
    }

    /// <summary>Somebody else has asked, and it is so.</summary>
    public void Succeed() => Take(null);

    /// <summary>When it returns nothing is noted any more.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            _isOver = true;
        }

        _stop.Cancel();
        _stop.Dispose();
    }

    async Task RunAsync(CancellationToken ct)
    {
        int start = starts();
        try
        {
            // Not on the thread that has it watched.
            await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            if (_isOnce && Now.State != HealthState.Healthy)
            {
                // The apply that started it asks first, and faster.
                await Task.Delay(s_startInterval, keeper.Clock, ct);
            }

            while (true)
            {
                string? why = _isOnce && Now.State == HealthState.Healthy ? null : await ask(ct);
                if (starts() is var now && now != start)
                {
                    start = now;
                    Restart();
                }
                else
                {
                    Take(why);
                }

                Interlocked.Increment(ref _tries);

                await Task.Delay(_judge.State == HealthState.Starting && s_startInterval < spec.Interval ? s_startInterval : spec.Interval, keeper.Clock, ct);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody asks any more.
        }
        catch (Exception broke)
        {
            // The boundary of the task, which nobody waits for: that it asks no more is said, and the engine lives on.
            keeper.Log.OperationBroke(keeper.Name, $"asking whether {id} is healthy", broke);
        }
    }

    void Restart()
    {
        lock (_turn)
        {
            if (_isOver)
            {
                return;
            }

            bool wasStarting = _judge.State == HealthState.Starting;
            _judge.Restart();
            _began = keeper.Clock.GetUtcNow();
            Note(isNew: !wasStarting);
        }
    }

    void Take(string? why)
    {
        lock (_turn)
        {
            if (!_isOver && !(_isOnce && _judge.State == HealthState.Healthy) && _judge.Take(why, keeper.Clock.GetUtcNow() - _began))
            {
                Note(isNew: true);
            }
        }
    }

    // Under the lock.
    void Note(bool isNew)
    {
        if (isNew)
        {
            _since = keeper.Clock.GetUtcNow();
            string word = !_isOnce ? _judge.State.ToString().ToLowerInvariant() : _judge.State == HealthState.Healthy ? "ready" : "not ready";
            string reason = _judge.Why is { } why ? $": {why}" : "";
            keeper.Log.HealthChanged(keeper.Name, id, word, reason);
        }

        new HealthNote(Asks, _judge.State, _judge.Failures, _judge.Why, _since, _began).Write(keeper.Run, keeper.Name, kind, id);
    }
}

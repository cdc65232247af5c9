namespace Vdeorch.Plugs.Wrappers;

/// <summary>What a thread needs alone while it sends, for any number of threads: kept for the next, made when all are taken.</summary>
sealed class Rented<T>(Func<T> make) : IDisposable
    where T : class, IDisposable
{
    const int MaxKept = 8;

    readonly T?[] kept = new T?[MaxKept];

    public T Take()
    {
        for (int i = 0; i < kept.Length; i++)
        {
            if (kept[i] is not null && Interlocked.Exchange(ref kept[i], null) is { } one)
            {
                return one;
            }
        }
        return make();
    }

    public void Return(T one)
    {
        for (int i = 0; i < kept.Length; i++)
        {
            if (kept[i] is null && Interlocked.CompareExchange(ref kept[i], one, null) is null)
            {
                return;
            }
        }
        one.Dispose();
    }

    public void Dispose()
    {
        for (int i = 0; i < kept.Length; i++)
        {
            Interlocked.Exchange(ref kept[i], null)?.Dispose();
        }
    }
}

using System.Runtime.InteropServices;
using System.Text;

namespace Vdeorch.Linux.Processes;

/// <summary>Native memory for one spawn, freed in one go. What it gives is zeroed and aligned to 16 bytes.</summary>
internal sealed unsafe class NativeArena : IDisposable
{
    const int ChunkBytes = 16 * 1024;

    readonly List<nint> _chunks = [];
    byte* _next;
    nuint _left;

    public void* Take(nuint bytes)
    {
        bytes = (bytes + 15) & ~(nuint)15;
        if (bytes > _left)
        {
            nuint chunk = Math.Max(bytes, ChunkBytes);
            _next = (byte*)NativeMemory.AllocZeroed(chunk);
            _left = chunk;
            _chunks.Add((nint)_next);
        }

        byte* taken = _next;
        _next += bytes;
        _left -= bytes;
        return taken;
    }

    /// <summary>UTF-8 with a zero at its end.</summary>
    public byte* Text(string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        byte* start = (byte*)Take((nuint)bytes + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>(start, bytes));
        return start;
    }

    /// <summary>As argv and envp are: a null pointer at its end.</summary>
    public byte** Texts(IReadOnlyList<string> texts)
    {
        byte** start = (byte**)Take((nuint)((texts.Count + 1) * sizeof(byte*)));
        for (int i = 0; i < texts.Count; i++)
        {
            start[i] = Text(texts[i]);
        }

        return start;
    }

    public void Dispose()
    {
        foreach (nint chunk in _chunks)
        {
            NativeMemory.Free((void*)chunk);
        }

        _chunks.Clear();
        _left = 0;
    }
}

namespace Vdeorch.Model.Reading;

/// <summary>The door to the disk for warnings about key files. Implemented above, because the model touches no file.</summary>
public interface IKeyFiles
{
    /// <param name="argument">As <c>agno://</c> has it: a path from / or ~, or "" for its default.</param>
    /// <returns>Null when nobody can say.</returns>
    KeyFile? Look(string argument);
}

public enum KeyFileState
{
    Readable,

    /// <summary>Nothing has the name.</summary>
    Missing,

    /// <summary>It is there, and we may not read it, or it is no file.</summary>
    Unreadable,
}

/// <param name="Mode">Its permission bits; 0 when it is missing.</param>
/// <param name="Bytes">How long it is, as far as it is readable.</param>
/// <param name="Digits">How many hexadecimal digits are in it.</param>
public readonly record struct KeyFile(KeyFileState State, int Mode, int Bytes, int Digits)
{
    /// <summary>Whether it is a key of WireGuard's: 32 bytes in base64, on a line.</summary>
    public bool IsWireguard { get; init; }

    /// <summary>Whether that is what a file has, blanks around it aside.</summary>
    public static bool HasWireguard(ReadOnlySpan<byte> bytes) => Schemas.WireguardScalars.IsKey(System.Text.Encoding.Latin1.GetString(bytes).Trim());
}

namespace Vdeorch.Model.Runtime;

/// <summary>The permissions of a public switch: of its control socket, and of the directory that is in.</summary>
/// <remarks>src/vde_switch/datasock.c: what is not given is made from what is.</remarks>
public static class SwitchModes
{
    public const int DefaultSocket = 0b110_000_000;

    const int SetGid = 0b010_000_000_000;
    const int DefaultDirectory = SetGid | 0b111_000_000;
    const int ReadWrite = 0b110_110_110;
    const int Execute = 0b001_001_001;

    /// <param name="mode">Null: not asked for.</param>
    /// <param name="directoryMode">Null: not asked for.</param>
    public static (int Socket, int Directory) Of(int? mode, int? directoryMode) => (mode, directoryMode) switch
    {
        (null, null) => (DefaultSocket, DefaultDirectory),
        (null, { } directory) => (directory & ReadWrite, directory),
        ({ } socket, { } directory) => (socket, directory),
        // Whoever may read or write the socket gets into the directory.
        ({ } socket, null) => (socket, SetGid | (socket & ReadWrite) | (((socket >> 2) | (socket >> 1)) & Execute)),
    };
}

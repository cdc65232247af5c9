using System.Text;
using Vdeorch.Plugs.Local;

namespace Vdeorch.Fuzz.Targets;

/// <summary>What a client of a VDE switch may say first: requests, and the addresses in replies.</summary>
sealed class VdeControlTarget : ITarget
{
    public IReadOnlyList<byte[]> Seeds { get; } =
    [
        Written(new VdeRequest(VdeRequest.NewControl, 0, "/tmp/sw/.00001-00001", "vde_plug: user=root pid=1")),
        Written(new VdeRequest(VdeRequest.NewControl, 7, "", "")),
        Written(new VdeRequest(VdeRequest.NewManagementPort, 0, "/x", new string('d', 200))),
        Written(new VdeRequest(VdeRequest.NewControl, 0, "/tmp/sw/.00001-00001", "version 1") { IsOld = true }),
        Written(new VdeRequest(VdeRequest.NewManagementPort, 0, "/x", "") { IsOld = true }),
        [],
        [1, 0, (byte)'/', (byte)'a', 0],
    ];

    public IReadOnlyList<byte[]> Tokens { get; } = [[0xce, 0xfa, 0xed, 0xfe], [3, 0, 0, 0], [1, 0], [0], new byte[110], new byte[128], "/tmp"u8.ToArray()];

    public void Run(ReadOnlySpan<byte> input)
    {
        _ = VdeRequest.MayGrow(input);
        _ = VdeAddress.TryRead(input);
        if (VdeRequest.TryRead(input) is not { } request)
        {
            return;
        }

        BrokenPromiseException.Unless(!VdeRequest.MayGrow(input), "a request is whole");
        // Bytes that are no UTF-8 have become longer.
        if (Encoding.UTF8.GetByteCount(request.DataPath) < VdeAddress.Bytes - 2 && Encoding.UTF8.GetByteCount(request.Description) <= VdeRequest.MaxDescriptionBytes && (request.Type & 0xff) == request.Type)
        {
            byte[] written = Written(request);
            BrokenPromiseException.Unless(request.Equals(VdeRequest.TryRead(written)), "a request is read back as it was written");
        }
    }

    static byte[] Written(VdeRequest request)
    {
        byte[] bytes = new byte[VdeRequest.MaxBytes];
        return bytes[..request.Write(bytes)];
    }
}

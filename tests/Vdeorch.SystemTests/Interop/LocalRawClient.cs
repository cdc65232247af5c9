using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Vdeorch.SystemTests.Interop;

/// <summary>The client side of the switches' protocol, step by step, so that it can be broken off at each. Uses nothing of the product.</summary>
sealed class LocalRawClient : IDisposable
{
    static int s_number;

    readonly string _path;
    readonly Socket _control = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };
    readonly Socket _data = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };

    public LocalRawClient(string directory)
    {
        Directory = directory;
        _path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $".raw-{Interlocked.Increment(ref s_number)}"));
    }

    public string Directory { get; }

    public Socket Control => _control;

    public Socket Data => _data;

    public void Connect() => _control.Connect(new UnixDomainSocketEndPoint(Path.Combine(Directory, "ctl")));

    public void Bind() => _data.Bind(new UnixDomainSocketEndPoint(_path));

    public byte[] Request(string description = "raw", int type = 0, int version = 3, string? path = null)
    {
        byte[] request = new byte[122 + Encoding.UTF8.GetByteCount(description)];
        BitConverter.TryWriteBytes(request, 0xFEEDFACE);
        BitConverter.TryWriteBytes(request.AsSpan(4), version);
        BitConverter.TryWriteBytes(request.AsSpan(8), type);
        BitConverter.TryWriteBytes(request.AsSpan(12), (ushort)1);
        Encoding.UTF8.GetBytes(path ?? _path, request.AsSpan(14));
        Encoding.UTF8.GetBytes(description, request.AsSpan(122));
        return request;
    }

    /// <returns>The reply as it came; empty when the connection was closed instead.</returns>
    public byte[] Reply()
    {
        byte[] reply = new byte[200];
        try
        {
            return reply[.._control.Receive(reply)];
        }
        catch (SocketException reset) when (reset.SocketErrorCode == SocketError.ConnectionReset)
        {
            return [];
        }
    }

    /// <summary>All steps.</summary>
    /// <returns>The path of the other side's data socket.</returns>
    public string Join(int port = 0)
    {
        Connect();
        Bind();
        _control.Send(Request(type: port << 8));
        byte[] reply = Reply();
        string peer = Encoding.UTF8.GetString(reply.AsSpan(2)).TrimEnd('\0');
        Enter(peer);
        return peer;
    }

    /// <summary>The last step.</summary>
    public void Enter(string peer)
    {
        _data.Connect(new UnixDomainSocketEndPoint(peer));
        Forget();
    }

    /// <summary>Removes the name of the data socket.</summary>
    public void Forget() => File.Delete(_path);

    public byte[] Receive()
    {
        byte[] frame = new byte[70_000];
        return frame[.._data.Receive(frame)];
    }

    public void Dispose()
    {
        _control.Dispose();
        _data.Dispose();
    }
}

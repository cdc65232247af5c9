using System.Globalization;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>Clients of HTTP in a namespace that ask one after the other without a pause, half of them over connections that they keep. One request that is not answered with 200 ends it.</summary>
sealed class HttpClients
{
    // python3-minimal has no module for HTTP. A server may say that it closes a connection behind an answer; then the next request has a new one.
    const string Client = """
        import select, socket, sys
        address, port, keep = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "keep"
        kept, count, seen = None, 0, set()

        def ask():
            global kept
            s = kept or socket.create_connection((address, port), 10)
            s.settimeout(10)
            s.sendall(("GET / HTTP/1.1\r\nHost: farm\r\n%s\r\n" % ("" if keep else "Connection: close\r\n")).encode())
            got = b""
            while b"\r\n\r\n" not in got:
                more = s.recv(65536)
                if not more:
                    raise Exception("closed without an answer after %r" % got)
                got += more
            head, body = got.split(b"\r\n\r\n", 1)
            lines = [line.lower() for line in head.split(b"\r\n")]
            if lines[0].split(b" ")[1] != b"200":
                raise Exception(head.decode())
            length = int([line.split(b":")[1] for line in lines if line.startswith(b"content-length:")][0])
            while len(body) < length:
                more = s.recv(65536)
                if not more:
                    raise Exception("closed within an answer after %r" % body)
                body += more
            kept = s if keep and b"connection: close" not in lines else None
            if kept is None:
                s.close()
            return body.decode().strip()

        while not select.select([sys.stdin], [], [], 0)[0]:
            try:
                body = ask()
            except Exception as e:
                sys.exit("request %d failed: %r" % (count, e))
            count += 1
            if body not in seen:
                seen.add(body)
                print(body, flush=True)
        print("answered", count, flush=True)
        """;

    readonly Running[] _running;

    HttpClients(Running[] running) => _running = running;

    public static HttpClients Start(Lab lab, string ns, string address, int port)
    {
        Host.Needs("python3");
        return new HttpClients([.. new[] { "keep", "close", "keep", "close" }.Select(how => lab.StartInside(ns, "python3", "-c", Client, address, port.ToString(CultureInfo.InvariantCulture), how))]);
    }

    /// <summary>What they were answered so far: each body once.</summary>
    public string[] Bodies => [.. _running.SelectMany(one => one.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Where(line => !line.StartsWith("answered", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)];

    /// <summary>Fails when a request was not answered.</summary>
    public void AllAreAnswered() => Assert.All(_running, one => Assert.Equal("", one.Errors));

    /// <summary>Has them end.</summary>
    /// <returns>How many requests were answered; all were.</returns>
    public async Task<int> EndAsync()
    {
        foreach (Running one in _running)
        {
            one.Input.Close();
        }

        await Wait.UntilAsync("the clients have ended", () => _running.All(one => one.HasExited));
        AllAreAnswered();
        return _running.Sum(one => int.Parse(one.Output.Split("answered ")[1], CultureInfo.InvariantCulture));
    }
}

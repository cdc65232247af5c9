using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Vdeorch.Bench.Guests;

/// <summary>A virtual machine of QEMU's with one card on a VDE switch, and a shell on its serial console. What it boots is <c>.ci/guest</c>'s.</summary>
internal sealed class Machine : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    readonly Process _qemu;
    readonly StringBuilder _said = new();
    int _asked;

    Machine(Process qemu)
    {
        _qemu = qemu;
        _qemu.OutputDataReceived += (_, line) =>
        {
            lock (_said)
            {
                _said.Append(line.Data).Append('\n');
            }
        };
        _qemu.BeginOutputReadLine();
    }

    static string Directory => Environment.GetEnvironmentVariable("VDEORCH_GUEST") is { Length: > 0 } named ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "vdeorch", "guest");

    public static bool CanBe => Shell.Has("qemu-system-x86_64") && File.Exists($"{Directory}/initramfs");

    /// <summary>Ready when <see cref="WaitUntilUp"/> returns.</summary>
    /// <param name="accelerator">kvm or tcg.</param>
    /// <param name="number">Of its address, 10.77.0.N, and of its card.</param>
    public static Machine Start(string sw, string accelerator, int number) => new(Shell.Start(
        "qemu-system-x86_64", "-accel", accelerator, "-m", "128", "-display", "none", "-nodefaults", "-no-reboot", "-serial", "stdio",
        "-kernel", $"{Directory}/vmlinuz", "-initrd", $"{Directory}/initramfs", "-append", "console=ttyS0 quiet loglevel=1 panic=-1",
        "-netdev", $"vde,id=n0,sock={sw}", "-device", $"virtio-net-pci,netdev=n0,mac={Mac(number)},romfile="));

    /// <summary>Of its card.</summary>
    public static string Mac(int number) => string.Create(CultureInfo.InvariantCulture, $"52:54:00:cd:01:{number:x2}");

    public void WaitUntilUp(int number)
    {
        Until("@ready\n", 0);
        Run(string.Create(CultureInfo.InvariantCulture, $"ip addr add 10.77.0.{number}/24 dev eth0; ip link set eth0 up"));
    }

    /// <summary>Runs a line of shell.</summary>
    /// <returns>What it prints.</returns>
    public string Run(string line)
    {
        string mark = string.Create(CultureInfo.InvariantCulture, $"@done{++_asked}\n");
        int from = Length;
        _qemu.StandardInput.WriteLine($"( {line} ) </dev/null 2>&1; echo {mark.TrimEnd()}");
        _qemu.StandardInput.Flush();
        return Until(mark, from);
    }

    public void Dispose()
    {
        _qemu.Kill();
        _qemu.WaitForExit();
        _qemu.Dispose();
    }

    int Length
    {
        get
        {
            lock (_said)
            {
                return _said.Length;
            }
        }
    }

    string Until(string mark, int from)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            lock (_said)
            {
                string said = _said.ToString(from, _said.Length - from);
                if (said.IndexOf(mark, StringComparison.Ordinal) is >= 0 and int at)
                {
                    return said[..at];
                }
            }

            if (_qemu.HasExited || Stopwatch.GetElapsedTime(began) > s_patience)
            {
                throw new InvalidOperationException($"a guest has not said '{mark.Trim()}'; its console: {_said}");
            }

            Thread.Sleep(2);
        }
    }
}

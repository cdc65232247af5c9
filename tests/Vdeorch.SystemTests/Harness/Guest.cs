using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Vdeorch.SystemTests.Harness;

/// <summary>
/// A virtual machine of QEMU's with a kernel of its own, and a shell in it on the serial console. Hardware runs it where that works, else QEMU's
/// translator, which is ten times slower. Disposing ends it.
/// </summary>
public sealed partial class Guest : IAsyncDisposable
{
    // Translated, with both cores of a small machine taken by others.
    static readonly TimeSpan s_longestBoot = TimeSpan.FromSeconds(90);

    // With hardware a guest is up within one.
    static readonly TimeSpan s_longestTrial = TimeSpan.FromSeconds(8);

    static readonly SemaphoreSlim s_trying = new(1);
    static bool? s_isKvmGood;

    readonly Running _qemu;
    readonly SemaphoreSlim _console = new(1);
    int _asked;

    Guest(Running qemu) => _qemu = qemu;

    /// <summary>QEMU's options for one network card of the guest's, eth0 for the first.</summary>
    /// <param name="network">Any locator that QEMU's libvdeplug knows.</param>
    /// <param name="number">Distinguishes cards on a network and in a guest; the last byte of its address, 52:54:00:cd:00:NN.</param>
    /// <param name="more">Further options of the netdev: <c>port=5</c>.</param>
    public static string[] Card(string network, int number, string model = "virtio-net-pci", string more = "") =>
    [
        // A comma in an option's value is written twice.
        "-netdev", string.Create(CultureInfo.InvariantCulture, $"vde,id=n{number},sock={network.Replace(",", ",,", StringComparison.Ordinal)}{(more.Length > 0 ? $",{more}" : "")}"),
        // Without a ROM: nothing boots from the network, and the ROMs are in a package of their own.
        "-device", string.Create(CultureInfo.InvariantCulture, $"{model},netdev=n{number},mac=52:54:00:cd:00:{number:x2},romfile="),
    ];

    /// <summary>Boots a guest and waits for its shell. Skips the test where there is no QEMU, or no kernel to boot.</summary>
    /// <param name="options">QEMU's, from <see cref="Card"/> and others.</param>
    /// <param name="within">What enters a network namespace, say, before it becomes QEMU.</param>
    public static async Task<Guest> BootAsync(Who who, IEnumerable<string> options, IReadOnlyList<string>? within = null)
    {
        await GuestImage.NeedAsync();
        // What root may open, the user that root has QEMU run as need not.
        bool isKvm = await IsKvmGoodAsync() && (who == Who.Root || !Host.IsRoot || File.GetUnixFileMode("/dev/kvm").HasFlag(UnixFileMode.OtherWrite));
        Stopwatch watch = Stopwatch.StartNew();
        Guest guest = Start(who, isKvm, options, within);
        try
        {
            await guest.IsUpAsync(s_longestBoot);
        }
        catch
        {
            await guest.DisposeAsync();
            throw;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"a guest was up in {watch.Elapsed.TotalSeconds:0.0} s, {(isKvm ? "by KVM" : "translated")}"));
        return guest;
    }

    /// <summary>Runs a line of shell in the guest, its errors among its output.</summary>
    public async Task<Finished> RunAsync(string line, TimeSpan? patience = null)
    {
        await _console.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            Stopwatch watch = Stopwatch.StartNew();
            int number = ++_asked;
            int from = _qemu.Output.Length;
            await _qemu.Input.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"( {line} ) </dev/null 2>&1; echo \"@{number} $?\""));
            await _qemu.Input.FlushAsync();
            Match end = Match.Empty;
            TimeSpan longest = patience ?? TimeSpan.FromSeconds(60);
            while (!(end = End(number, _qemu.Output[from..])).Success)
            {
                Assert.False(_qemu.HasExited || watch.Elapsed > longest, $"the guest has not run '{line}' in {watch.Elapsed.TotalSeconds:0} s; its console:\n{_qemu.Output}");
                await Task.Delay(5, TestContext.Current.CancellationToken);
            }

            return new Finished(line, int.Parse(end.Groups[1].ValueSpan, CultureInfo.InvariantCulture), _qemu.Output[from..(from + end.Index)], "", watch.Elapsed);
        }
        finally
        {
            _console.Release();
        }
    }

    /// <summary>Gives a card an address, and has it up.</summary>
    /// <param name="address">With its prefix: 10.0.0.1/24.</param>
    public async Task AddressAsync(string address, string card = "eth0") =>
        (await RunAsync($"ip addr add {address} dev {card} && ip link set {card} up")).Exited(0);

    /// <summary>Until it answers: what it is plugged into may not be there yet.</summary>
    public Task PingsAsync(string address) => Wait.UntilAsync($"{address} answers the guest", async () => (await RunAsync($"ping -c 1 -W 1 {address}")).ExitCode == 0, TimeSpan.FromSeconds(30));

    /// <summary>So many in a row, none of them lost.</summary>
    public async Task PingsAllAsync(string address, int count = 10)
    {
        await PingsAsync(address);
        (await RunAsync(string.Create(CultureInfo.InvariantCulture, $"ping -c {count} -i 0.1 -W 5 {address} | tee /tmp/ping; grep -q ' {count} packets received' /tmp/ping"))).Exited(0);
    }

    public async ValueTask DisposeAsync()
    {
        // By a signal QEMU takes leave of the networks it is in.
        if (!_qemu.HasExited)
        {
            await _qemu.SignalAsync("TERM");
            try
            {
                await _qemu.EndAsync(TimeSpan.FromSeconds(10));
            }
            catch (TimeoutException)
            {
                // Disposing kills it.
            }
        }

        await _qemu.DisposeAsync();
        _console.Dispose();
    }

    static Guest Start(Who who, bool isKvm, IEnumerable<string> options, IReadOnlyList<string>? within) => new(Running.Start(
        [
            .. within ?? [],
            .. Host.Current.As(who,
            [
                "qemu-system-x86_64", "-accel", isKvm ? "kvm" : "tcg", "-m", "128", "-display", "none", "-nodefaults", "-no-reboot", "-serial", "stdio",
                "-kernel", GuestImage.Kernel, "-initrd", GuestImage.Initramfs, "-append", "console=ttyS0 quiet loglevel=1 panic=-1", .. options,
            ]),
        ],
        Host.Current.Environment(who)));

    // That /dev/kvm opens says little: inside some virtual machines it does, and no guest gets beyond its BIOS. So one is tried, once a run.
    static async Task<bool> IsKvmGoodAsync()
    {
        await s_trying.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (s_isKvmGood is null)
            {
                s_isKvmGood = File.Exists("/dev/kvm") && CanOpenKvm() && await BootsByKvmAsync();
            }

            return s_isKvmGood.Value;
        }
        finally
        {
            s_trying.Release();
        }
    }

    static bool CanOpenKvm()
    {
        try
        {
            using FileStream kvm = new("/dev/kvm", FileMode.Open, FileAccess.ReadWrite);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    static async Task<bool> BootsByKvmAsync()
    {
        await using Guest guest = Start(Host.IsRoot ? Who.Root : Who.User, isKvm: true, [], null);
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < s_longestTrial && !guest._qemu.HasExited)
        {
            if (guest.IsUp)
            {
                return true;
            }

            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        return false;
    }

    bool IsUp => _qemu.Output.Contains("@ready\n", StringComparison.Ordinal);

    async Task IsUpAsync(TimeSpan patience)
    {
        await Wait.UntilAsync("the guest is up", () => IsUp || _qemu.HasExited, patience);
        if (!IsUp)
        {
            Assert.Fail($"QEMU ended before the guest was up\n{await _qemu.EndAsync()}");
        }
    }

    static Match End(int number, string output) => EndOfLine().Matches(output).FirstOrDefault(end => end.Groups[2].Value == number.ToString(CultureInfo.InvariantCulture)) ?? Match.Empty;

    [GeneratedRegex(@"^@(?<2>\d+) (?<1>\d+)\n", RegexOptions.Multiline)]
    private static partial Regex EndOfLine();
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Vdeorch.Cli.Capturing;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Capturing;
using Vdeorch.Linux;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Pcap;
using Vdeorch.Model.Runtime;

namespace Vdeorch.Cli.Verbs;

/// <summary>The frames of a switch, an interface, a cable, as they pass: straight from the plug runtime, no engine needed.</summary>
static class CaptureVerb
{
    const string StandardOutput = "-";
    const string Path = "vdeorch capture";

    sealed record Wishes(string? File, int MaxBytes, CaptureLimits Limits, string Filter);

    public static Command Create(Session session)
    {
        Argument<string> target = new(Arguments.TargetName) { Description = "A switch, cloud, plug, cable, interface or namespace, by its name or as KIND/NAME" };
        Argument<string[]> filter = new("FILTER") { Description = "Which frames, as pcap-filter(7) has it: icmp and host 10.0.0.1", Arity = ArgumentArity.ZeroOrMore };
        Option<string?> write = new("--write", "-w") { Description = "Write pcapng to this file; '-' is standard output", HelpName = "FILE" };
        Option<long?> count = new("--count", "-c")
        {
            Description = "End after so many frames",
            HelpName = "N",
            CustomParser = result => Number(result, "--count", long.MaxValue),
        };
        Option<long?> length = new("--snapshot-length", "-s")
        {
            Description = $"Capture no more bytes of a frame than these (default: {CaptureSettings.LongestBytes})",
            HelpName = "N",
            CustomParser = result => Number(result, "--snapshot-length", CaptureSettings.LongestBytes),
        };
        Option<TimeSpan?> duration = Arguments.Duration("--duration", "End after this long: 500ms, 60s, 2m");
        Command verb = new("capture", "Show or write down the frames that pass a switch, an interface, a cable") { target, filter, write, count, length, duration };
        verb.SetAction((parsed, ct) => Task.FromResult(Run(
            session,
            TargetPath.Parse(parsed.GetRequiredValue(target)),
            new Wishes(
                parsed.GetValue(write),
                (int)(parsed.GetValue(length) ?? CaptureSettings.LongestBytes),
                new CaptureLimits(parsed.GetValue(count), parsed.GetValue(duration)),
                string.Join(' ', parsed.GetValue(filter) ?? [])),
            ct)));
        return verb;
    }

    static int Run(Session session, TargetPath target, Wishes wishes, CancellationToken ct)
    {
        if (wishes.File == StandardOutput && session.Terminal.OutIsTerminal)
        {
            return UsageErrors.Report(["-w -: pcapng is nothing for a terminal; pipe it to a program that reads it, or name a file"], Path, session.Terminal);
        }

        if (!RunFiles.Topologies(session.Run).Contains(target.Topology))
        {
            return UnknownTopology.Report(target.Topology, RunFiles.Topologies(session.Run), session);
        }

        if (RuntimeView.State(session.Run, target.Topology) is not { } state)
        {
            session.Terminal.Say($"no plug runtime of '{target.Topology}' answers; 'vdeorch status {target.Topology}' says more");
            return ExitCodes.Failed;
        }

        if (target.Find(RuntimeTargets.Of(state), out string wrong) is not { } found)
        {
            session.Terminal.Say(wrong);
            return ExitCodes.Failed;
        }

        PacketFilter? filter = null;
        try
        {
            if (wishes.Filter.Length > 0 && (filter = PacketFilter.TryCompile(wishes.Filter, CaptureSettings.LongestBytes, out string error)) is null)
            {
                return UsageErrors.Report([$"filter '{wishes.Filter}': {error}"], Path, session.Terminal);
            }
        }
        catch (LibraryMissingException missing)
        {
            session.Terminal.Say($"a filter {missing.Message}");
            return ExitCodes.HostCannot;
        }

        using (filter)
        {
            return Capture(session, target, found, state, filter, wishes, ct);
        }
    }

    static int Capture(Session session, TargetPath target, RuntimeTarget found, RuntimeState state, PacketFilter? filter, Wishes wishes, CancellationToken ct)
    {
        using OutputFile file = wishes.File is null or StandardOutput ? OutputFile.Standard() : OutputFile.Create(wishes.File);
        ICaptureOutput output = wishes.File is null ? new LineOutput(file, TimeZoneInfo.Local) : new PcapngOutput(file, wishes.MaxBytes);
        PortState[] ports = [.. state.Ports.Where(found.Means)];
        foreach (PortState port in ports)
        {
            output.Describe(RuntimeNames.Shown(port.Name));
        }

        string what = $"{target.Topology}/{found.Id}, {Words.Count(ports.Length, "port")}{(wishes.File is null or StandardOutput ? "" : $", into {wishes.File}")}";
        CaptureSettings settings = new(found.Ports, found.Switch is { } sw ? [sw] : [], wishes.MaxBytes);
        return new CaptureRun(session, target.Topology, what, settings, filter, output, file, wishes.Limits).Run(ct);
    }

    static long? Number(ArgumentResult argument, string option, long most)
    {
        string typed = argument.Tokens[0].Value;
        if (long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= 1 && number <= most)
        {
            return number;
        }

        argument.AddError($"{option}: '{typed}' is no number from 1{(most == long.MaxValue ? "" : string.Create(CultureInfo.InvariantCulture, $" to {most}"))}");
        return null;
    }
}

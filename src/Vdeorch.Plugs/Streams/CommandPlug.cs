using System.Collections.Immutable;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Processes;
using Vdeorch.Linux.Streams;
using Vdeorch.Plugs.Frames;

namespace Vdeorch.Plugs.Streams;

/// <summary>A program that speaks the stream framing on its standard input and output: <c>cmd://ssh host vdeorch plug</c>. Its end is the plug's.</summary>
public sealed class CommandPlug : IPlug
{
    public static readonly PlugKind Kind = new("cmd", (uvdel, _) => new CommandPlug(CommandWords.Split(uvdel.Argument)));

    readonly StreamPlug stream;
    readonly PipedChild child;

    /// <param name="words">The program and its arguments, which no shell reads.</param>
    /// <exception cref="PlugException">There are none.</exception>
    /// <exception cref="Vdeorch.Linux.LinuxException">It cannot be run.</exception>
    public CommandPlug(ImmutableArray<string> words)
    {
        if (words.IsEmpty)
        {
            throw new PlugException("cmd:// needs a command line, such as cmd://ssh host vdeorch plug");
        }
        child = PipedChild.Start(words, out StreamEnd reads, out StreamEnd writes);
        stream = new StreamPlug(reads, writes);
    }

    public Fd Readiness => stream.Readiness;

    public int Headroom => 0;

    public Transfer Receive(FrameBatch into) => stream.Receive(into);

    public Transfer Send(FrameBatch batch, ReadOnlySpan<int> frames) => stream.Send(batch, frames);

    public void Dispose()
    {
        // Its input ends first: that is how it is asked to go.
        stream.Dispose();
        child.Dispose();
    }
}

namespace Vdeorch.Plugs.Switching;

/// <summary>How a port has behaved, from which its worker guesses how it will, to save system calls. A wrong guess costs one; it loses nothing.</summary>
struct Habits
{
    /// <summary>So often in a row an answer was there before the guess is made; and so many times less once it was wrong.</summary>
    const int Confidence = 8;
    const int Doubt = -56;

    int answers;
    long servedIn = -1;

    public Habits()
    {
    }

    /// <summary>
    /// Whether it has a frame for us as soon as one has been written to it: the kernel behind a tap makes the answer of its namespace (an echo,
    /// an acknowledgement) before the write returns.
    /// </summary>
    public readonly bool Answers => answers >= Confidence;

    /// <summary>The port was written to last in a turn, and readable in the next one.</summary>
    public void Answered() => answers = Math.Min(answers + 1, Confidence);

    public void DidNotAnswer() => answers = Doubt;

    /// <param name="turn">In which it is readable.</param>
    /// <returns>How many frames to ask for: many of a port that is readable turn after turn. Of any other one, without asking first whether a second has come.</returns>
    public int FramesWanted(long turn)
    {
        int wanted = servedIn == turn - 1 ? Frames.FrameBatch.MaxFrames : 1;
        servedIn = turn;
        return wanted;
    }
}

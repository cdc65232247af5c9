using System.Security.Cryptography;
using Vdeorch.Model.Uvdels.Schemes;
using Vdeorch.Plugs;
using Vdeorch.Plugs.Frames;
using Vdeorch.Plugs.Wrappers;
using Xunit;

namespace Vdeorch.UnitTests.Plugs.Wrappers;

public sealed class AuthenticatedPlugTests : IDisposable
{
    static readonly byte[] File = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    readonly WirePlug near = new();
    readonly WirePlug far = new();
    long now = 1_795_500_000;

    public void Dispose()
    {
        near.Dispose();
        far.Dispose();
    }

    [Fact]
    public void TheKeyOfASenderIsDerivedAsTheBookSays()
    {
        byte[] key = new byte[32];
        AuthenticatedKey.Expand(AuthenticatedKey.Extract(File), "0123456789ab"u8, key);

        Assert.Equal(HKDF.DeriveKey(HashAlgorithmName.SHA256, File, 32, [.. "vdeorch agno aead 1"u8], [.. "sender0123456789ab"u8]), key);
    }

    [Fact]
    public void AShortKeyFileIsRefused() => Assert.Throws<PlugException>(() => AuthenticatedKey.Extract(new byte[15]));

    [Theory]
    [InlineData(0)]
    [InlineData(46)]
    [InlineData(1_456)]
    public void WhatOneSealsTheOtherOpens(int payload)
    {
        byte[] frame = AgnoPlugTests.Frame(payload);
        using AuthenticatedPlug receiver = Plug(far);

        byte[] sent = Plug(near).Sends(near, frame)!;

        byte[] whole = [.. frame, .. new byte[Math.Max(0, 60 - frame.Length)]];
        Assert.Equal(whole.Length + AgnoOptions.AuthenticatedBytes, sent.Length);
        Assert.Equal([whole], receiver.Receives(far, (byte[])[.. sent, 1, 2, 3]));
    }

    [Fact]
    public void NoBitOfAFrameCanBeChanged()
    {
        byte[] sent = Plug(near).Sends(near, AgnoPlugTests.Frame(50))!;
        using AuthenticatedPlug receiver = Plug(far);

        for (int bit = 0; bit < sent.Length * 8; bit++)
        {
            byte[] changed = [.. sent];
            changed[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.Empty(receiver.Receives(far, changed));
        }

        Assert.Single(receiver.Receives(far, sent));
    }

    [Fact]
    public void TheOldFormatAndThisOneRefuseEachOther()
    {
        byte[] key = AgnoKey.Parse("0123456789abcdef"u8, "key");
        using AgnoPlug oldPlug = new(near, key, AgnoOptions.DefaultEtherType, () => now);
        byte[] oldFrame = oldPlug.Sends(near, AgnoPlugTests.Frame(100))!;
        byte[] newFrame = Plug(near).Sends(near, AgnoPlugTests.Frame(100))!;
        using AgnoPlug oldReceiver = new(far, key, AgnoOptions.DefaultEtherType, () => now);

        Assert.Empty(Plug(far).Receives(far, oldFrame));
        Assert.Empty(oldReceiver.Receives(far, newFrame));
    }

    [Fact]
    public void AFrameIsTakenOnceAndInAnyOrder()
    {
        byte[][] sent = Frames(Plug(near), 900);
        using AuthenticatedPlug receiver = Plug(far);
        new Random(1).Shuffle(sent);

        Assert.Equal(900, receiver.Receives(far, sent).Length);
        Assert.Empty(receiver.Receives(far, sent));
    }

    [Fact]
    public void WhatIsTooFarBehindIsNotTaken()
    {
        byte[][] sent = Frames(Plug(near), 2_000);
        using AuthenticatedPlug receiver = Plug(far);
        receiver.Receives(far, sent[^1]);

        Assert.Equal(ReplayWindow.Width - 1, receiver.Receives(far, sent).Length);
    }

    [Theory]
    [InlineData(-11, false)]
    [InlineData(-10, true)]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void FramesOfAnotherTimeAreNotTaken(int seconds, bool isTaken)
    {
        now -= 100;
        using AuthenticatedPlug receiver = Plug(far);
        now += 100 + seconds;
        byte[] sent = Plug(near).Sends(near, AgnoPlugTests.Frame(50))!;
        now -= seconds;

        Assert.Equal(isTaken, receiver.Receives(far, sent).Length == 1);
    }

    [Fact]
    public void AReceiverThatStartsAgainTakesNothingFromBeforeNorOfThatSecond()
    {
        using AuthenticatedPlug sender = Plug(near);
        byte[] before = sender.Sends(near, AgnoPlugTests.Frame(50))!;
        using AuthenticatedPlug receiver = OpenedNow(far);
        byte[] within = sender.Sends(near, AgnoPlugTests.Frame(50))!;
        now++;

        Assert.Empty(receiver.Receives(far, before));
        Assert.Empty(receiver.Receives(far, within));
        Assert.Single(receiver.Receives(far, sender.Sends(near, AgnoPlugTests.Frame(50))!));
    }

    [Fact]
    public void ASenderThatStartsAgainIsHeardAtOnce()
    {
        using AuthenticatedPlug receiver = Plug(far);

        for (int i = 0; i < 5; i++)
        {
            Assert.Single(receiver.Receives(far, Plug(near).Sends(near, AgnoPlugTests.Frame(50))!));
        }
    }

    [Fact]
    public void ItsOwnFramesAreNotTaken()
    {
        using AuthenticatedPlug plug = Plug(near);

        Assert.Empty(plug.Receives(near, plug.Sends(near, AgnoPlugTests.Frame(50))!));
    }

    [Fact]
    public void SendersAreForgottenOnlyWhenNothingOfTheirsIsTakenAnyMore()
    {
        using AuthenticatedPlug receiver = Plug(far);
        byte[][] sent = [.. Enumerable.Range(0, AuthenticatedPlug.MaxSenders + 1).Select(_ => Plug(near).Sends(near, AgnoPlugTests.Frame(50))!)];
        Assert.Equal(AuthenticatedPlug.MaxSenders, receiver.Receives(far, sent).Length);

        now += AuthenticatedPlug.SecondsApart + 1;

        Assert.Single(receiver.Receives(far, Plug(near).Sends(near, AgnoPlugTests.Frame(50))!));
        Assert.Empty(receiver.Receives(far, sent));
    }

    [Fact]
    public void StrangersCostNoMemory()
    {
        using AuthenticatedPlug receiver = Plug(far);
        byte[] forged = Plug(near).Sends(near, AgnoPlugTests.Frame(50))!;
        forged[25] ^= 1;
        FrameBatch batch = new();
        int taken = 0;

        Assert.Equal(0, Allocated.Least(() =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                taken += Take();
            }
        }));
        Assert.Equal(0, taken);

        int Take()
        {
            far.Arriving.Enqueue(forged);
            batch.Clear();
            return receiver.Receive(batch).Frames;
        }
    }

    [Fact]
    public void GarbageIsNotTaken()
    {
        Random random = new(5);
        using AuthenticatedPlug receiver = Plug(far);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] garbage = new byte[random.Next(200)];
            random.NextBytes(garbage);
            if (garbage.Length > 15)
            {
                (garbage[14], garbage[15]) = (0xAE, 1);
            }
            Assert.Empty(receiver.Receives(far, garbage));
        }
    }

    /// <summary>Opened a second ago.</summary>
    AuthenticatedPlug Plug(WirePlug wire)
    {
        now--;
        AuthenticatedPlug plug = OpenedNow(wire);
        now++;
        return plug;
    }

    AuthenticatedPlug OpenedNow(WirePlug wire) => new(wire, AuthenticatedKey.Extract(File), AgnoOptions.DefaultEtherType, () => now);

    byte[][] Frames(AuthenticatedPlug from, int count) => [.. Enumerable.Range(0, count).Select(i => from.Sends(near, AgnoPlugTests.Frame(50 + i % 40))!)];
}

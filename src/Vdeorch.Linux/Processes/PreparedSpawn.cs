using System.Collections.Immutable;
using Vdeorch.Linux.Io;
using Vdeorch.Linux.Native;

namespace Vdeorch.Linux.Processes;

/// <summary>One request as the child needs it. Owns the native memory, and holds the request's descriptors open, until disposed.</summary>
internal sealed unsafe class PreparedSpawn : IDisposable
{
    const int ZeroBytes = 128;
    const int FirstPassed = 3;
    const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    readonly NativeArena _arena = new();
    readonly List<Fd> _held = [];
    readonly SpawnRequest _request;
    readonly List<int> _targets = [];

    public PreparedSpawn(SpawnRequest request)
    {
        _request = request;
        Orders = (ChildOrders*)_arena.Take((nuint)sizeof(ChildOrders));
        try
        {
            Fill();
        }
        catch
        {
            Dispose(); // a descriptor already closed: what is held must be let go
            throw;
        }
    }

    public ChildOrders* Orders { get; }

    /// <summary>What the child reported, in the request's words.</summary>
    public LinuxException Failure()
    {
        int index = Orders->FailedIndex;
        (string operation, string subject) = Orders->FailedStep switch
        {
            ChildStep.AwaitIds => ("map ids", _request.Program),
            ChildStep.JoinGroup => ("write(cgroup.procs)", _request.Program),
            ChildStep.JoinUser => ("setns(CLONE_NEWUSER)", "user namespace"),
            ChildStep.JoinMount => ("setns(CLONE_NEWNS)", "mount namespace"),
            ChildStep.JoinNet => ("setns(CLONE_NEWNET)", "network namespace"),
            ChildStep.UnshareMounts => ("unshare(CLONE_NEWNS)", _request.Program),
            ChildStep.MakeMountsSlave => ("mount(MS_REC|MS_SLAVE)", "/"),
            ChildStep.Bind => (_request.Binds[index].IsLaidOver ? "mount(overlay)" : "mount(MS_BIND)", $"{_request.Binds[index].Source} on {_request.Binds[index].Target}"),
            ChildStep.MakeReadOnly => ("mount_setattr(MOUNT_ATTR_RDONLY)", "/"),
            ChildStep.MakeWritable => ("mount_setattr", _request.Writable!.Value[index]),
            ChildStep.NewSession => ("setsid", _request.Program),
            ChildStep.WorkingDirectory => ("chdir", _request.WorkingDirectory),
            ChildStep.MoveDescriptor or ChildStep.PlaceDescriptor => ("dup", $"descriptor {_targets[index]} of {_request.Program}"),
            ChildStep.SealDescriptors => ("close_range", _request.Program),
            ChildStep.KeepCapabilities => ("prctl(PR_SET_KEEPCAPS)", _request.Program),
            ChildStep.SetGroups => ("setgroups", _request.Program),
            ChildStep.SetGid => ("setresgid", $"{Orders->Gid}"),
            ChildStep.SetUid => ("setresuid", $"{Orders->Uid}"),
            ChildStep.ReadCapabilities => ("capget", _request.Program),
            ChildStep.SetCapabilities => ("capset", _request.Program),
            ChildStep.RaiseAmbient => ("prctl(PR_CAP_AMBIENT_RAISE)", $"capability {index}"),
            ChildStep.NoNewPrivileges => ("prctl(PR_SET_NO_NEW_PRIVS)", _request.Program),
            ChildStep.MakeRuleset => ("landlock_create_ruleset", _request.Program),
            ChildStep.Enclose => ("landlock_restrict_self", _request.Program),
            ChildStep.EndWithParent => ("prctl(PR_SET_PDEATHSIG)", _request.Program),
            ChildStep.SignalMask => ("rt_sigprocmask", _request.Program),
            _ => ("execve", _request.Program),
        };
        return new LinuxException(Orders->FailedErrno, operation, subject);
    }

    public void Dispose()
    {
        foreach (Fd fd in _held)
        {
            fd.DangerousRelease();
        }

        _held.Clear();
        _arena.Dispose();
    }

    void Fill()
    {
        ChildOrders* o = Orders;
        o->ReadyFd = o->MappedFd = -1;
        o->Group = Hold(_request.JoinGroup);
        o->UserNamespace = Hold(_request.JoinUser);
        o->MountNamespace = Hold(_request.JoinMount);
        o->NetNamespace = Hold(_request.JoinNet);

        o->BindCount = _request.Binds.Length;
        o->MakesMountsSlave = o->BindCount > 0;
        o->BindSources = _arena.Texts([.. _request.Binds.Select(bind => bind.Source)]);
        o->BindTargets = _arena.Texts([.. _request.Binds.Select(bind => bind.Target)]);
        o->BindTypes = _arena.Texts([.. _request.Binds.Select(bind => bind.IsLaidOver ? "overlay" : "")]);
        o->BindOptions = _arena.Texts([.. _request.Binds.Select(bind => bind.IsLaidOver ? $"lowerdir={Escaped(bind.Source)}:{Escaped(bind.Target)}" : "")]);
        o->BindFlags = (int*)_arena.Take((nuint)(Math.Max(1, _request.Binds.Length) * sizeof(int)));
        for (int i = 0; i < _request.Binds.Length; i++)
        {
            o->BindFlags[i] = _request.Binds[i].IsLaidOver ? Kernel.MountReadOnly : _request.Binds[i].IsDeep ? Kernel.MountBind | Kernel.MountRecursive : Kernel.MountBind;
        }

        FillConfinement();
        o->NewSession = _request.NewSession;
        o->EndsWithParent = _request.EndsWithParent;
        o->WorkingDirectory = _arena.Text(_request.WorkingDirectory);
        FillDescriptors();

        o->Privileges = _request.Privileges;
        o->ChangesUser = _request.RunAs is not null;
        (o->Uid, o->Gid) = _request.RunAs ?? default;
        o->CapabilityHeader.Version = Kernel.CapabilityVersion3;
        FillEnclosure();
        o->Zeroes = (byte*)_arena.Take(ZeroBytes * 2);
        o->Zeroes[ZeroBytes] = (byte)'/';
        o->Zeroes[ZeroBytes + 16] = (byte)'0';

        o->Candidates = _arena.Texts(Candidates());
        o->Arguments = _arena.Texts(_request.Arguments);
        o->Environment = _arena.Texts(_request.Environment);
    }

    void FillConfinement()
    {
        ChildOrders* o = Orders;
        o->WritableCount = _request.Writable?.Length ?? -1;
        o->Writable = _arena.Texts(_request.Writable ?? []);
        o->ReadOnlyAttributes = (ulong*)_arena.Take(Kernel.MountAttributesBytes);
        o->WritableAttributes = (ulong*)_arena.Take(Kernel.MountAttributesBytes);
        o->ReadOnlyAttributes[0] = Kernel.MountReadOnly;
        o->WritableAttributes[1] = Kernel.MountReadOnly;
    }

    // Any ruleset keeps a process from tracing those outside, and so from what /proc lets a tracer do; it has to say something besides. Where signals can be kept in, that; else that no block device is made,
    // which those who are enclosed may not anyway.
    void FillEnclosure()
    {
        ChildOrders* o = Orders;
        o->Ruleset = (ulong*)_arena.Take(Kernel.LandlockAttributesBytes);
        if (!_request.IsEnclosed || Landlock.Version < 1)
        {
            return;
        }

        if (Landlock.HasScopes)
        {
            o->RulesetBytes = Kernel.LandlockAttributesBytes;
            o->Ruleset[2] = Kernel.LandlockScopeSignal;
        }
        else
        {
            o->RulesetBytes = Kernel.LandlockFirstAttributesBytes;
            o->Ruleset[0] = Kernel.LandlockMakeBlock;
        }
    }

    // linux/Documentation/filesystems/overlayfs.rst: colons part the directories, commas the options.
    static string Escaped(string path) => string.Concat(path.Select(c => c is ':' or ',' or '\\' ? $"\\{c}" : c.ToString()));

    void FillDescriptors()
    {
        List<int> sources = [];
        Fd?[] standard = [_request.StandardInput, _request.StandardOutput, _request.StandardError];
        for (int i = 0; i < standard.Length; i++)
        {
            if (standard[i] is { } fd)
            {
                sources.Add(Hold(fd));
                _targets.Add(i);
            }
        }

        for (int i = 0; i < _request.Pass.Length; i++)
        {
            sources.Add(Hold(_request.Pass[i]));
            _targets.Add(FirstPassed + i);
        }

        ChildOrders* o = Orders;
        nuint bytes = (nuint)(sources.Count * sizeof(int));
        o->DescriptorCount = sources.Count;
        o->DescriptorSources = (int*)_arena.Take(bytes);
        o->DescriptorTargets = (int*)_arena.Take(bytes);
        o->DescriptorsMoved = (int*)_arena.Take(bytes);
        o->DescriptorFloor = FirstPassed + _request.Pass.Length;
        for (int i = 0; i < sources.Count; i++)
        {
            o->DescriptorSources[i] = sources[i];
            o->DescriptorTargets[i] = _targets[i];
        }
    }

    /// <summary>Where a program may be, as execvp(3) looks for it.</summary>
    /// <param name="path">$PATH; null: not set.</param>
    internal static ImmutableArray<string> Candidates(string program, string? path) => program.Contains('/', StringComparison.Ordinal)
        ? [program]
        : [.. (path ?? DefaultPath).Split(':').Select(directory => directory.Length == 0 ? $"./{program}" : $"{directory}/{program}")];

    ImmutableArray<string> Candidates()
    {
        const string Key = "PATH=";
        return Candidates(_request.Program, _request.Environment.LastOrDefault(entry => entry.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..]);
    }

    int Hold(Fd? fd)
    {
        if (fd is null)
        {
            return -1;
        }

        bool isHeld = false;
        fd.DangerousAddRef(ref isHeld);
        _held.Add(fd);
        return fd.Number;
    }
}

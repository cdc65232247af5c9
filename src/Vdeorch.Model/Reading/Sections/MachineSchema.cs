using System.Collections.Immutable;
using Vdeorch.Model.Diagnostics;
using Vdeorch.Model.Resources;
using Vdeorch.Model.Schemas;
using Vdeorch.Model.Topologies;
using Vdeorch.Model.Values;

namespace Vdeorch.Model.Reading.Sections;

/// <summary>What a machine is made of, beside its cards.</summary>
internal static class MachineSchema
{
    const int MaxCpus = 512;
    const string Qcow2 = "qcow2";
    const string Raw = "raw";

    public static readonly FieldSchema<Located<bool>> External = new("external", Scalars.Boolean)
    {
        Description = "The user starts it: status says with which options it joins, and whether it has.",
        Default = false,
        Example = "true",
        Cost = OnChange.Replace,
    };

    public static readonly FieldSchema<Located<int>> Cpus = new("cpus", Scalars.Integer(1, MaxCpus))
    {
        Description = "How many processors it has.",
        Default = MachineSpec.DefaultCpus,
        Example = "2",
        Cost = OnChange.Restart,
    };

    public static readonly FieldSchema<Located<long>> Memory = new("memory", MemorySize())
    {
        Description = "How much memory it has.",
        Default = MachineSpec.DefaultMemory,
        Example = "1G",
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<Located<string>> s_file = new("file", Scalars.Text)
    {
        Description = "The image; relative to the topology's file.",
        Example = "images/alpine.qcow2",
        IsRequired = true,
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<Located<string>> s_format = new("format", Word("a format as QEMU calls it"))
    {
        Description = "The image's format: `raw`, `qcow2`, `vmdk`, `vdi`, `vhdx`.",
        Otherwise = "by the end of its name; raw where that says nothing",
        Example = "qcow2",
        Cost = OnChange.Restart,
    };

    static readonly FieldSchema<Located<bool>> s_snapshot = new("snapshot", Scalars.Boolean)
    {
        Description = "Whether what the guest writes is forgotten when it ends: the image stays as it is, and several machines may share it.",
        Default = false,
        Example = "true",
        Cost = OnChange.Restart,
    };

    public static readonly ObjectSchema<MachineDisk?> DiskObject = new("machines.NAME.disk", "a disk", [s_file, s_format, s_snapshot],
        reader => reader.TryGet(s_file, out Located<string> file) ? MakeDisk(reader.Context, file, reader.TryGet(s_format, out Located<string> format) ? format.Value : null, reader.Get(s_snapshot).Value) : null);

    static readonly EitherSchema<DiskValue?> s_disk = new(
        Scalars.Text.As(file => (DiskValue?)new DiskValue(file, null)), DiskObject.As(disk => disk is null ? null : new DiskValue(default, disk)))
    {
        Words = "an image's path, or a map with `file`",
    };

    public static readonly FieldSchema<DiskValue?> Disk = new("disk", s_disk)
    {
        Description = "Its only disk: an image, or a map with `file`, `format` and `snapshot`.",
        Otherwise = "none",
        Example = "{ file: images/alpine.qcow2, snapshot: true }",
        Cost = OnChange.Restart,
    };

    public static readonly FieldSchema<ImmutableArray<DiskValue?>> Disks = new("disks", new ListSchema<DiskValue?>(s_disk))
    {
        Description = "Its disks, in the guest's order, in place of `disk`.",
        Otherwise = "none",
        Example = "[images/root.qcow2, { file: images/data.raw, snapshot: true }]",
        Cost = OnChange.Restart,
    };

    public static readonly FieldSchema<Located<string>> Cdrom = Image("cdrom", "The CD in its drive.", "images/debian.iso");

    public static readonly FieldSchema<Located<string>> Kernel = Image("kernel", "A Linux kernel to boot, in place of what is on its disk.", "images/vmlinuz");

    public static readonly FieldSchema<Located<string>> Initrd = Image("initrd", "The first root file system of that kernel.", "images/initramfs");

    public static readonly FieldSchema<Located<string>> Append = new("append", Scalars.Text)
    {
        Description = "The command line of that kernel.",
        Otherwise = "none",
        Example = "console=ttyS0 quiet",
        Cost = OnChange.Restart,
    };

    public static readonly FieldSchema<Located<BootFrom>> Boot = new("boot", Scalars.OneOf([.. Enum.GetValues<BootFrom>().Select(boot => (MachineSpec.Print(boot), boot))]))
    {
        Description = "What it boots from first, where no kernel is given.",
        Default = BootFrom.Disk,
        Example = "network",
        Cost = OnChange.Restart,
    };

    public static readonly FieldSchema<Located<string>> Type = new("machine", Word("a board as QEMU calls it"))
    {
        Description = "The board: `q35`, `pc`, or another that `qemu-system-x86_64 -machine help` lists.",
        Default = MachineSpec.DefaultType,
        Example = "pc",
        Cost = OnChange.Restart,
    };

    public static readonly FieldSchema<Located<Accelerator>> Accel = new("accel", Scalars.OneOf([.. Enum.GetValues<Accelerator>().Select(accel => (MachineSpec.Print(accel), accel))]))
    {
        Description = "`kvm` runs it on the processor, `tcg` translates, which is many times slower; `auto` is kvm where this host lets us. Status says which it is.",
        Default = Accelerator.Auto,
        Example = "tcg",
        Cost = OnChange.Restart,
    };

    public static readonly FieldSchema<Located<bool>> Console = new("console", Scalars.Boolean)
    {
        Description = "Whether it has a serial console, for `vdeorch console` and `vdeorch logs`.",
        Default = true,
        Example = "false",
        Cost = OnChange.Restart,
    };

    public static readonly FieldSchema<Located<TimeSpan>> Shutdown = new("shutdown", Scalars.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)))
    {
        Description = "How long it has to shut down once its power button is pressed; after that it is switched off. `0s` for guests that know no power button.",
        Default = MachineSpec.DefaultShutdown,
        Example = "1m",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<Located<RestartPolicy>> Restart = new("restart", ServiceSchema.Restart.Schema)
    {
        Description = "What to do when it ends. A guest that switches itself off has ended well. Restarts back off.",
        Default = RestartPolicy.OnFailure,
        Example = "always",
        Cost = OnChange.Hot,
    };

    public static readonly FieldSchema<ImmutableArray<Located<string>>> Args = new("args", new ListSchema<Located<string>>(Scalars.Text))
    {
        Description = "More options of QEMU's, after ours.",
        Otherwise = "none",
        Example = "[-device, virtio-rng-pci]",
        Cost = OnChange.Restart,
    };

    public static readonly FieldSchema<ImmutableArray<DependencyDraft>> DependsOn = new(Dependency.Path, DependencySchema.OfNamespaces.Schema)
    {
        Description = "What namespaces and other machines have to be before it starts. Names alone stand for `started`.",
        Otherwise = "it waits for nothing",
        Example = "{ router: healthy }",
        Cost = OnChange.Hot,
    };

    // What an external machine is made of is its user's affair.
    static readonly ImmutableArray<FieldSchema> s_hardware = [Cpus, Memory, Disk, Disks, Cdrom, Kernel, Initrd, Append, Boot, Type, Accel, Console, Shutdown, Restart, Args];

    public static MachineSpec Read(ObjectReader reader, string name)
    {
        ReadContext context = reader.Context;
        MachineSpec machine = new(name) { Topology = context.Topology, IsExternal = reader.Get(External).Value };
        if (machine.IsExternal)
        {
            foreach (FieldSchema field in s_hardware.Where(reader.Has))
            {
                context.Report(DiagnosticCatalog.BadMachine, reader.At(field), $"'{field.Key}' and 'external' exclude each other: who starts the machine says what it is made of", "leave one of them out");
            }

            return machine;
        }

        if (reader.Has(Disk) && reader.Has(Disks))
        {
            context.Report(DiagnosticCatalog.Conflict, reader.At(Disk), "'disk' and 'disks' exclude each other", "move it into the list");
        }

        machine = machine with
        {
            Cpus = reader.Get(Cpus).Value,
            Memory = reader.Get(Memory).Value,
            Type = reader.Get(Type).Value,
            Accel = reader.Get(Accel).Value,
            Disks = [.. reader.List(Disks).Append(reader.Get(Disk)).OfType<DiskValue>().Select(disk => disk.Disk ?? MakeDisk(context, disk.File, null, isSnapshot: false)).OfType<MachineDisk>()],
            Cdrom = File(reader, Cdrom),
            Kernel = File(reader, Kernel),
            Initrd = File(reader, Initrd),
            Append = reader.TryGet(Append, out Located<string> append) ? append.Value.ReplaceLineEndings(" ").Trim() : "",
            Boot = reader.Get(Boot).Value,
            Console = reader.Get(Console).Value,
            Shutdown = reader.Get(Shutdown).Value,
            Restart = reader.Get(Restart).Value,
            Args = [.. reader.List(Args).Where(word => IsOption(word, context)).Select(word => word.Value)],
        };
        Boots(reader, context);
        return machine;
    }

    static void Boots(ObjectReader reader, ReadContext context)
    {
        foreach (FieldSchema field in new FieldSchema[] { Initrd, Append }.Where(field => reader.Has(field) && !reader.Has(Kernel)))
        {
            context.Report(DiagnosticCatalog.BadMachine, reader.At(field), $"'{field.Key}' needs a 'kernel' beside it", "say which: kernel: images/vmlinuz");
        }

        BootFrom boot = reader.Get(Boot).Value;
        if (boot == BootFrom.Cdrom && !reader.Has(Cdrom))
        {
            context.Report(DiagnosticCatalog.BadMachine, reader.At(Boot), "it boots from a CD, and has none", "name its image: cdrom: images/debian.iso");
        }
        else if (boot != BootFrom.Network && !new FieldSchema[] { Disk, Disks, Cdrom, Kernel, Args }.Any(reader.Has))
        {
            context.Report(DiagnosticCatalog.BadMachine, reader.At(External), "it has nothing to boot", "give it a disk, a kernel or a cdrom; or boot: network; or external: true, and start it yourself");
        }
    }

    static bool IsOption(Located<string> word, ReadContext context)
    {
        if (word.Value.Any(char.IsControl))
        {
            context.Report(DiagnosticCatalog.BadMachine, word.At, $"{Quoted.Text(word.Value)} has a control character in it, and is no option of QEMU's");
            return false;
        }

        return true;
    }

    static string? File(ObjectReader reader, FieldSchema<Located<string>> field) => reader.TryGet(field, out Located<string> file) ? Inside(reader.Context, file) : null;

    static string? Inside(ReadContext context, Located<string> file)
    {
        if (file.Value.Length == 0 || file.Value.Any(char.IsControl))
        {
            context.Report(DiagnosticCatalog.BadMachine, file.At, $"{Quoted.Text(file.Value)} names no file", "for example images/alpine.qcow2");
            return null;
        }

        return context.FileInside(file);
    }

    static MachineDisk? MakeDisk(ReadContext context, Located<string> file, string? format, bool isSnapshot) =>
        Inside(context, file) is { } path ? new MachineDisk(path, format ?? FormatOf(path), isSnapshot) : null;

    static string FormatOf(string path)
    {
        string end = path[(path.LastIndexOf('.') + 1)..];
        return end is Qcow2 or "vmdk" or "vdi" or "vhdx" ? end : Raw;
    }

    static FieldSchema<Located<string>> Image(string key, string description, string example) => new(key, Scalars.Text)
    {
        Description = $"{description} Relative to the topology's file.",
        Otherwise = "none",
        Example = example,
        Cost = OnChange.Restart,
    };

    /// <summary>Of QEMU's own words: what would end an option, or begin another, is none.</summary>
    public static ScalarSchema<string> Word(string typeText) => new(typeText, (ScalarText text, out string value) =>
    {
        value = text.Text;
        return value.Length > 0 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? null
            : new Problem(DiagnosticCatalog.BadMachine, $"{Quoted.Text(value)} is no name of QEMU's: letters, digits, '-', '_' and '.'");
    }, value => value, () => Scalars.Pattern("^[A-Za-z0-9_.-]+$"));

    static ScalarSchema<long> MemorySize() => new("a size of 1M..8T", (ScalarText text, out long value) =>
        Sizes.TryParse(text.Text, out value) && value <= 8L << 40 ? null
            : new Problem(DiagnosticCatalog.BadMachine, $"{Quoted.Text(text.Text)} is not an amount of memory: a whole number and M, G or T (powers of 1024)", "for example 512M"),
        Sizes.Print, () => Scalars.Pattern("^[1-9][0-9]*[MGT]$"));
}

/// <summary>One of the two: an image by its path alone, or a disk.</summary>
internal sealed record DiskValue(Located<string> File, MachineDisk? Disk);

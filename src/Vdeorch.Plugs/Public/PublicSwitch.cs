using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Local;
using Vdeorch.Plugs.Runtime;
using Vdeorch.Plugs.Switching;

namespace Vdeorch.Plugs.Public;

/// <summary>
/// What makes a switch of the data plane one that any VDE client may join: the directory it listens in, and a port of the plane for each port that has
/// somebody on it. For the control thread.
/// </summary>
sealed class PublicSwitch : IVdePolicy, IAttendant, IDisposable
{
    const int OwnerBits = 0b111_000_000;

    /// <summary>Of those who share a port: more would not fit into a message of the runtime.</summary>
    const int MaxClientsTold = 32;

    readonly string name;
    readonly DataPlane plane;
    readonly VdeServer server;
    readonly Dictionary<int, PublicPort> ports = [];

    /// <summary>Ports that somebody was on at some time, for their counters.</summary>
    readonly Dictionary<int, Port> used = [];

    VdeRights management;
    ImmutableDictionary<int, PortOptions> options = ImmutableDictionary<int, PortOptions>.Empty;

    /// <param name="sw">A switch of the plane.</param>
    /// <exception cref="LinuxException">The directory cannot be had.</exception>
    /// <exception cref="PlugException">There is no such group, or user.</exception>
    public PublicSwitch(SwitchSettings sw, PublicSettings settings, DataPlane plane)
    {
        (name, this.plane) = (sw.Name, plane);
        Book = new PortBook(sw.Ports, Credentials.IsMember);
        Settings = settings;
        management = RightsOfManagement(settings);
        Follow(sw);
        server = VdeServer.Open(Server(settings), this);
    }

    /// <summary>Told what happens at its ports, on the control thread.</summary>
    public Action<PortEvent>? Happened { get; set; }

    public PortBook Book { get; }

    public PublicSettings Settings { get; private set; }

    public Fd Readiness => server.Readiness;

    /// <summary>Whether clients still find it.</summary>
    public bool IsThere => server.IsThere;

    public bool IsReadingItself => true;

    /// <summary>Lets clients in and out, as far as they are waiting for it.</summary>
    public void Serve() => server.Serve(out _);

    /// <summary>The same directory, for others than before, with other ports; those who are in stay.</summary>
    /// <exception cref="LinuxException">Refused.</exception>
    /// <exception cref="PlugException">There is no such group, or user.</exception>
    public void Follow(SwitchSettings sw, PublicSettings changed)
    {
        VdeRights rights = RightsOfManagement(changed);
        Dictionary<int, PortBook.Owner> owners = Owners(sw);
        // Even where they are as they were said: others may have changed the files.
        server.SetRights(Server(changed));
        (Settings, management) = (changed, rights);
        Follow(sw, owners);
    }

    /// <summary>Its ports in the plane, with who is on them.</summary>
    public IEnumerable<(string Port, ImmutableArray<ClientState> Clients)> Clients =>
        ports.Select(pair => (PortName(pair.Key), ImmutableArray.CreateRange(pair.Value.Endpoints.Take(MaxClientsTold).Select(Client))));

    /// <summary>Numbers of the ports that somebody is or was on.</summary>
    public IEnumerable<int> Used => used.Keys;

    /// <returns>The port that counts for a number; null when nobody was ever on it.</returns>
    public Port? CountersOf(int number) => used.GetValueOrDefault(number);

    /// <summary>Those who are on a port, the latest first.</summary>
    public IEnumerable<VdeNode> On(int number) => ports.TryGetValue(number, out PublicPort? port) ? port.Endpoints.Reverse() : [];

    /// <summary>Sends one of <see cref="On"/> away.</summary>
    public void Dismiss(VdeNode node) => server.Dismiss(node);

    /// <summary>The port was never used.</summary>
    public void Forget(int number) => used.Remove(number);

    public void Dispose()
    {
        // Its sockets are read until the plane has let go of them.
        plane.RemovePorts([.. ports.Keys.Select(PortName)]);
        ports.Clear();
        server.Dispose();
    }

    int? IVdePolicy.TryPlace(VdeRequest request, uint? user)
    {
        int? wanted = request switch
        {
            { Type: VdeRequest.NewManagementPort } => PortBook.Management,
            { Port: 0 } => null,
            _ => request.Port,
        };
        return Book.TryEnter(wanted, user, plane.NumbersOf(name).Contains);
    }

    void IVdePolicy.Unplace(int number) => Book.Leave(number);

    string IVdePolicy.NameOf(int number, Fd control, Fd data) => string.Create(CultureInfo.InvariantCulture, $"{number:D3}.{data.Number}");

    // Root gives the socket to its client, who alone may use it then. What it cannot give away is for whom the switch is for.
    VdeRights IVdePolicy.RightsOf(VdeRequest request, VdeServerSettings settings, uint owner)
    {
        VdeRights rights = request.Type == VdeRequest.NewManagementPort ? management : new VdeRights(settings.Mode, null, settings.Gid);
        return Credentials.EffectiveUid == 0 && HostIds.Here.Users.Outside(owner) is not null
            ? rights with { Mode = request.Type == VdeRequest.NewManagementPort ? rights.Mode : rights.Mode & OwnerBits, User = owner }
            : rights;
    }

    void IVdePolicy.Joined(VdeNode node)
    {
        if (ports.TryGetValue(node.Number, out PublicPort? there))
        {
            there.Add(node);
        }
        else
        {
            Open(node);
        }
        Happened?.Invoke(new PortEvent(PortEventKind.Joined, node.Number, node.Control, node.Description));
    }

    void IVdePolicy.Left(VdeNode node)
    {
        PublicPort port = ports[node.Number];
        port.Remove(node);
        if (port.Endpoints.Length == 0)
        {
            // The plane disposes of it, and forgets what was learned there.
            plane.RemovePorts([PortName(node.Number)]);
            ports.Remove(node.Number);
        }
        Happened?.Invoke(new PortEvent(PortEventKind.Left, node.Number, node.Control, null));
        if (port.Endpoints.Length == 0)
        {
            Happened?.Invoke(new PortEvent(PortEventKind.Closed, node.Number, null, null));
        }
    }

    void Open(VdeNode first)
    {
        string called = PortName(first.Number);
        PublicPort port = new();
        try
        {
            port.Add(first);
            PortSettings settings = new(called, name) { Options = OptionsOf(first.Number) };
            if (plane.AddPort(settings, port, first.Number, used.GetValueOrDefault(first.Number)) is { } wrong)
            {
                throw new LinuxException(Errnos.Invalid, "plug", wrong);
            }
        }
        catch (LinuxException)
        {
            port.Dispose();
            throw;
        }
        ports.Add(first.Number, port);
        bool isNew = !used.ContainsKey(first.Number);
        used[first.Number] = plane.FindPort(called)!;
        if (isNew)
        {
            Happened?.Invoke(new PortEvent(PortEventKind.Opened, first.Number, null, null));
        }
    }

    void Follow(SwitchSettings sw) => Follow(sw, Owners(sw));

    void Follow(SwitchSettings sw, Dictionary<int, PortBook.Owner> owners)
    {
        Book.Count = sw.Ports;
        Book.SetOwners(owners);
        options = sw.Numbered.ToImmutableDictionary(port => port.Number, port => port.Options);
        ImmutableArray<PortSettings> live = [.. ports.Keys.Select(number => new PortSettings(PortName(number), name) { Options = OptionsOf(number) })];
        if (plane.Replug(live) is { } wrong)
        {
            throw new PlugException(wrong);
        }
    }

    PortOptions OptionsOf(int number) => options.GetValueOrDefault(number, PortOptions.None);

    static Dictionary<int, PortBook.Owner> Owners(SwitchSettings sw) => sw.Numbered.ToDictionary(
        port => port.Number,
        port => new PortBook.Owner(
            port.User is { } user ? HostIds.Here.ClientUser(user, out string? problem) ?? throw new PlugException($"port {port.Number}: {problem}") : null,
            port.Group is { } group ? HostIds.Here.ClientGroup(group, out string? wrong) ?? throw new PlugException($"port {port.Number}: {wrong}") : null,
            port.IsReserved));

    // Unlike any other name in the plane: interfaces have a slash, plugs begin with '@'.
    string PortName(int number) => string.Create(CultureInfo.InvariantCulture, $"{name}:{number}");

    static ClientState Client(VdeNode node) =>
        new(node.Description, HostIds.Here.UserName(node.Owner) ?? ClientState.UnknownUser);

    static VdeServerSettings Server(PublicSettings settings) =>
        new(settings.Directory, settings.Mode, settings.DirectoryMode, Gid(settings.Group)) { MayBeThere = true };

    static VdeRights RightsOfManagement(PublicSettings settings) => new(settings.ManagementMode, null, Gid(settings.Group));

    /// <param name="group">A name or a number, of the host; null: as the file system has it.</param>
    /// <returns>The kernel's number.</returns>
    internal static uint? Gid(string? group) =>
        group is null ? null : HostIds.Here.FileGroup(group, out string? problem) ?? throw new PlugException(problem!);
}

using System.Collections.Immutable;
using System.Globalization;
using Vdeorch.Linux;
using Vdeorch.Linux.Credentials;
using Vdeorch.Linux.Io;
using Vdeorch.Model.Runtime;
using Vdeorch.Plugs.Local;
using Vdeorch.Plugs.Runtime;

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
    VdeRights management;

    /// <param name="name">A switch of the plane.</param>
    /// <exception cref="LinuxException">The directory cannot be had.</exception>
    /// <exception cref="PlugException">There is no such group.</exception>
    public PublicSwitch(string name, int count, PublicSettings settings, DataPlane plane)
    {
        (this.name, this.plane) = (name, plane);
        Book = new PortBook(count, Credentials.IsMember);
        Settings = settings;
        management = RightsOfManagement(settings);
        server = VdeServer.Open(Server(settings), this);
    }

    public PortBook Book { get; }

    public PublicSettings Settings { get; private set; }

    public Fd Readiness => server.Readiness;

    /// <summary>Whether clients still find it.</summary>
    public bool IsThere => server.IsThere;

    public bool IsReadingItself => true;

    /// <summary>Lets clients in and out, as far as they are waiting for it.</summary>
    public void Serve() => server.Serve(out _);

    /// <summary>The same directory for others than before; those who are in stay.</summary>
    /// <exception cref="LinuxException">Refused.</exception>
    /// <exception cref="PlugException">There is no such group.</exception>
    public void SetRights(PublicSettings changed)
    {
        VdeRights rights = RightsOfManagement(changed);
        server.SetRights(Server(changed));
        (Settings, management) = (changed, rights);
    }

    /// <summary>Its ports in the plane, with who is on them.</summary>
    public IEnumerable<(string Port, int Number, ImmutableArray<ClientState> Clients)> Clients =>
        ports.Select(pair => (PortName(pair.Key), pair.Key, ImmutableArray.CreateRange(pair.Value.Endpoints.Take(MaxClientsTold).Select(Client))));

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
        return Credentials.EffectiveUid == 0 && Credentials.Known(owner) is { } user
            ? rights with { Mode = request.Type == VdeRequest.NewManagementPort ? rights.Mode : rights.Mode & OwnerBits, User = user }
            : rights;
    }

    void IVdePolicy.Joined(VdeNode node)
    {
        if (ports.TryGetValue(node.Number, out PublicPort? there))
        {
            there.Add(node);
            return;
        }
        PublicPort port = new();
        try
        {
            port.Add(node);
            if (plane.AddPort(new PortSettings(PortName(node.Number), name), port, node.Number) is { } wrong)
            {
                throw new LinuxException(Errnos.Invalid, "plug", wrong);
            }
        }
        catch (LinuxException)
        {
            port.Dispose();
            throw;
        }
        ports.Add(node.Number, port);
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
    }

    // Unlike any other name in the plane: interfaces have a slash, plugs begin with '@'.
    string PortName(int number) => string.Create(CultureInfo.InvariantCulture, $"{name}:{number}");

    static ClientState Client(VdeNode node) =>
        new(node.Description, Credentials.Name(node.Owner) ?? node.Owner.ToString(CultureInfo.InvariantCulture));

    static VdeServerSettings Server(PublicSettings settings) =>
        new(settings.Directory, settings.Mode, settings.DirectoryMode, Gid(settings.Group)) { MayBeThere = true };

    static VdeRights RightsOfManagement(PublicSettings settings) => new(settings.ManagementMode, null, Gid(settings.Group));

    /// <param name="group">A name or a number; null: as the file system has it.</param>
    static uint? Gid(string? group) => group switch
    {
        null => null,
        _ when uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) => number,
        _ => Credentials.GroupId(group) ?? throw new PlugException($"there is no group '{group}'"),
    };
}

using System.Collections.Immutable;

namespace Vdeorch.Model.Diagnostics;

/// <summary>Every code a topology file can meet. 00xx: the file itself; 10xx: the text; 11xx: keys and values; 12xx: expressions; 13xx: what does not fit together; 14xx: warnings; 15xx: variables, templates and fragments.</summary>
public static class DiagnosticCatalog
{
    public static readonly DiagnosticCode NoSuchFile = Error("VDE0001", "no such file",
        "Nothing has this name, from the directory that `vdeorch` was called in. `-` is standard input.");

    public static readonly DiagnosticCode NotAllowed = Error("VDE0002", "a file that may not be read",
        "The file, or a directory on the way to it, is closed to this user. `ls -l` says whose it is.");

    public static readonly DiagnosticCode IsDirectory = Error("VDE0003", "a directory instead of a file",
        "A topology is a file, or several: `vdeorch validate lab.yaml site.yaml`. Name those in the directory one by one.");

    public static readonly DiagnosticCode LargerThanAny = Error("VDE0004", "a file larger than a topology may be",
        "No more than 4 MiB of a file are read, however long it is. Devices and pipes without an end come to this too.");

    public static readonly DiagnosticCode NotReadable = Error("VDE0005", "a file that cannot be read",
        "The system refused while the file was read, with the words that the message quotes.");

    public static readonly DiagnosticCode TooLarge = Error("VDE1001", "the file is too large",
        "A topology file may have 4 MiB. Thousands of namespaces fit; use `replicas` where they are alike.");

    public static readonly DiagnosticCode NotUtf8 = Error("VDE1002", "the file is not UTF-8",
        "A topology file is UTF-8 text. The position is that of the first byte that is not. `iconv -f LATIN1 -t UTF-8` converts an older file.");

    public static readonly DiagnosticCode ControlCharacter = Error("VDE1003", "a character YAML does not allow",
        "YAML text has no control characters beside tab and line breaks. Inside double quotes they can be written as escapes.");

    public static readonly DiagnosticCode Syntax = Error("VDE1004", "not YAML",
        "The text is not well-formed YAML from here on, so nothing after this place was read. The cause may stand a line earlier: an open quote or bracket, a tab in the indentation, an unquoted `{{ }}`.");

    public static readonly DiagnosticCode TooDeep = Error("VDE1005", "nested too deeply",
        "Maps and lists may be nested 64 deep, aliases included. The language itself needs fewer than ten.");

    public static readonly DiagnosticCode TooManyAliases = Error("VDE1006", "aliases expand to too much",
        "All aliases together may stand for 10,000 values. Use `replicas` for many namespaces that are alike.");

    public static readonly DiagnosticCode DuplicateKey = Error("VDE1007", "a key stands twice",
        "A map has each key once; the other would be lost without a word.");

    public static readonly DiagnosticCode MergeKey = Error("VDE1008", "merge keys are not supported",
        "`<<` left YAML with version 1.2. Write the keys out, or use `replicas`.");

    public static readonly DiagnosticCode SeveralDocuments = Error("VDE1009", "more than one document",
        "One file describes one topology. Put what follows `---` into a file of its own.");

    public static readonly DiagnosticCode Tag = Error("VDE1010", "tags are not supported",
        "A value's type follows from its key; `!tag` and `!!type` have no meaning here. Quote a value to make it a string.");

    public static readonly DiagnosticCode Alias = Error("VDE1011", "an alias that stands for nothing",
        "`*name` needs an `&name` earlier in the file, and cannot stand inside the value it names.");

    public static readonly DiagnosticCode KeyNotScalar = Error("VDE1012", "a key that is a map or a list",
        "Keys are plain words. An unquoted `{{ x }}` also reads as a map used as a key: quote it.");

    public static readonly DiagnosticCode Empty = Error("VDE1013", "the file is empty",
        "An empty file would mean that everything the topology had is to go, which is more likely a mistake. `switches: {}` says it on purpose.");

    public static readonly DiagnosticCode TooManyErrors = Error("VDE1014", "more errors than are worth listing",
        "The first 1,000 are shown.");

    public static readonly DiagnosticCode UnknownKey = Error("VDE1101", "an unknown key",
        "The key is not part of the language here. Keys that begin with `x-` are ignored everywhere and may hold what you like.");

    public static readonly DiagnosticCode NotYet = Error("VDE1102", "not supported by this release",
        "The key or value belongs to the language, but this release cannot do it yet. Ignoring it would build another network than the file describes.");

    public static readonly DiagnosticCode WrongType = Error("VDE1103", "a value of another type",
        "The key takes another type of value. Types are those of YAML 1.2: `yes`, `on` and `0777` are not booleans or octal, and a quoted number is a string.");

    public static readonly DiagnosticCode MissingKey = Error("VDE1104", "a key is missing",
        "The object cannot be made without this key.");

    public static readonly DiagnosticCode NoValue = Error("VDE1105", "a key without a value",
        "Remove the key to have its default, or give it a value.");

    public static readonly DiagnosticCode BadName = Error("VDE1106", "not a name",
        "Names have 1 to 31 characters: lower-case letters, digits and hyphens, beginning with a letter.");

    public static readonly DiagnosticCode OutOfRange = Error("VDE1107", "a value outside its range",
        "The message has the range.");

    public static readonly DiagnosticCode NotOneOf = Error("VDE1108", "not one of the known values",
        "The message lists them.");

    public static readonly DiagnosticCode BadDuration = Error("VDE1109", "not a duration",
        "A duration is a number and a unit: us, ms, s, m, h or d, as in `20ms`, `1.5s`, `5m`.");

    public static readonly DiagnosticCode BadShare = Error("VDE1130", "not a percentage",
        "A percentage is a number from 0 to 100 and its sign: `0.1%`, `30%`.");

    public static readonly DiagnosticCode BadRate = Error("VDE1131", "not a rate",
        "A rate is a number and a unit: bit, kbit, mbit or gbit, a second, as in `100kbit`, `1.5mbit`. A kbit is 1000 bits.");

    public static readonly DiagnosticCode BadFile = Error("VDE1133", "not a file of a namespace",
        "`files` gives the programs of a namespace files below etc/ that nobody else sees: `files: { etc/motd: { text: \"hello\\n\" } }`. `from` names a file beside the topology's, of text in UTF-8, at most 4 MiB.");

    public static readonly DiagnosticCode BadKey = Error("VDE1134", "not a key, or not where keys are",
        "A public key of WireGuard's is 32 bytes in base64, as `wg pubkey` prints it. Private keys and preshared ones stand in files that only their owner may read, `private-key: secrets/gw.key`, never in a topology.");

    public static readonly DiagnosticCode BadStates = Error("VDE1132", "states of a link that do not go together",
        "`to` names other states of the same `states`, with percentages that are 100% together at most; a link has 16 states at most.");

    public static readonly DiagnosticCode BadAddress = Error("VDE1110", "not an address",
        "Addresses are four decimal numbers up to 255 without leading zeros, or IPv6. An interface's address also has its prefix length: `10.0.0.1/24`, `fd00::1/64`.");

    public static readonly DiagnosticCode NotAHostAddress = Error("VDE1111", "an address no host can have",
        "The first and last address of an IPv4 subnet name the network and its broadcast (except in /31 and /32); unspecified, loopback and multicast addresses belong to no interface.");

    public static readonly DiagnosticCode BadMac = Error("VDE1112", "not a MAC address",
        "Six pairs of hexadecimal digits joined by colons, as in `52:54:00:00:00:01`.");

    public static readonly DiagnosticCode NotAHostMac = Error("VDE1113", "a MAC address no interface can have",
        "An odd first octet makes it a multicast address, and 00:00:00:00:00:00 is none. `52:54:00` and `02` are good beginnings for addresses of your own.");

    public static readonly DiagnosticCode BadInterfaceName = Error("VDE1114", "not an interface name",
        "Linux takes up to 15 characters. Here: letters, digits, `_`, `-` and `.`, beginning with a letter or digit; `lo`, `all` and `default` have other meanings.");

    public static readonly DiagnosticCode BadSysctl = Error("VDE1115", "not a network sysctl",
        "Only what lies below `net.` belongs to a network namespace; anything else would change the host. Dotted, as `sysctl` prints it: `net.ipv4.ip_forward`.");

    public static readonly DiagnosticCode Conflict = Error("VDE1116", "keys that exclude each other",
        "`to` and `address` in a namespace are short for one interface `vde0`; `interfaces` is the long form. A check is `from` or `among`, and `ping` or `tcp`; `ready` is `tcp` or `exec`.");

    public static readonly DiagnosticCode BadPrefix = Error("VDE1117", "not a route's destination",
        "A destination is `default` or a network: the address with its host bits zero and the prefix length, as in `10.1.0.0/16`.");

    public static readonly DiagnosticCode BadEndpoint = Error("VDE1118", "not an address with a port",
        "`10.0.0.1:80`, `[fd00::1]:80`, or a namespace's name with a port: `web-0:80`.");

    public static readonly DiagnosticCode BadText = Error("VDE1119", "a text that no program can get",
        "Arguments, environment and sysctls reach programs as C strings: no NUL, and a sysctl has no line break.");

    public static readonly DiagnosticCode BadCommand = Error("VDE1120", "not a command",
        "`run` and `exec` are lists: the program, then its arguments. No shell reads them; to have one, write it: `[sh, -c, \"…\"]`.");

    public static readonly DiagnosticCode BadVariableName = Error("VDE1121", "not the name of an environment variable",
        "Letters, digits and `_`, not beginning with a digit.");

    public static readonly DiagnosticCode BadLocator = Error("VDE1122", "not a locator",
        "A virtual network locator names a plug, `scheme://argument`, with the parameters of its scheme; `vdeorch explain SCHEME` lists them. Topology files refuse what libvdeplug would silently swallow.");

    public static readonly DiagnosticCode BadPath = Error("VDE1123", "a file outside the topology's directory",
        "Files named in a topology are relative to it and lie below its directory, so that a topology can be moved as a whole.");

    public static readonly DiagnosticCode BadMode = Error("VDE1124", "not permissions",
        "Octal digits for user, group and others, in quotes: `\"0660\"` lets the group in, `\"0666\"` everybody. Without quotes YAML reads a decimal number.");

    public static readonly DiagnosticCode BadSocket = Error("VDE1125", "not a place for a public switch",
        "`socket` is a directory that is made and removed with the switch. Names of sockets in it have 107 bytes at most, so its own path may have 90.");

    public static readonly DiagnosticCode BadLabel = Error("VDE1140", "not a label",
        "`labels: { tier: web }`: a key is 1 to 63 letters, digits, `.`, `_`, `/` and `-`, a value up to 63 of these and `:`, `@`, `+`. Nothing in them has a meaning of its own in `-l tier=web,owner!=bob`.");

    public static readonly DiagnosticCode BadLimit = Error("VDE1141", "not a limit",
        "`limits: { memory: 64M, cpus: 0.5, pids: 100 }`: memory is a whole number and M, G or T (powers of 1024), cpus a number of processors from 0.01, with up to three places after the point.");

    public static readonly DiagnosticCode ExpressionSyntax = Error("VDE1201", "not an expression",
        "`{{ … }}` holds one expression: names, numbers, strings, arithmetic, comparison, `a ? b : c`, and `host \"10.1.0.0/16\" 10`. Statements, loops, assignments and includes are not part of it.");

    public static readonly DiagnosticCode Unresolved = Error("VDE1202", "a name that stands for nothing",
        "In scope are `topology`, `namespace` (inside a namespace) and `index` (where `replicas` is set, from 0), and the function `host`.");

    public static readonly DiagnosticCode ExpressionFailed = Error("VDE1203", "an expression without a result",
        "The expression is well-formed but cannot be computed with these values.");

    public static readonly DiagnosticCode ExpressionInKey = Error("VDE1204", "an expression in a key",
        "Expressions are evaluated in values only, so that a file cannot change its own shape.");

    public static readonly DiagnosticCode UnknownSegment = Error("VDE1301", "`to` names nothing",
        "`to` names a switch of this file.");

    public static readonly DiagnosticCode DuplicateAddress = Error("VDE1302", "an address used twice",
        "Two interfaces of one segment, or one namespace, have the same address. In replicas, let it depend on `{{ index }}`.");

    public static readonly DiagnosticCode DuplicateMac = Error("VDE1303", "a MAC address used twice",
        "Two interfaces on one switch have the same MAC address: the switch would send each other's frames. Without `mac`, each gets one of its own.");

    public static readonly DiagnosticCode UnreachableGateway = Error("VDE1304", "a gateway in no attached subnet",
        "A gateway is a neighbour: it lies in a subnet of one of the namespace's interfaces, and is not the namespace itself.");

    public static readonly DiagnosticCode FamilyMixUp = Error("VDE1305", "IPv4 and IPv6 mixed up",
        "A route and its gateway, and the two ends of a check, are of one address family.");

    public static readonly DiagnosticCode SeveralDefaults = Error("VDE1306", "more than one route to one place",
        "A namespace has one route for each destination and metric; `gateway` counts as the default route. Give them different metrics.");

    public static readonly DiagnosticCode MtuTooSmall = Error("VDE1307", "an MTU too small for IPv6",
        "IPv6 needs links of 1280 bytes; Linux takes the IPv6 addresses of a smaller one away.");

    public static readonly DiagnosticCode NoPortLeft = Error("VDE1308", "more interfaces than ports",
        "The switch has fewer `ports` than interfaces plugged into it.");

    public static readonly DiagnosticCode ReplicaCollision = Error("VDE1309", "a replica with the name of another namespace",
        "`web` with `replicas: 3` makes web-0, web-1 and web-2; nothing else may have these names.");

    public static readonly DiagnosticCode UnknownNamespace = Error("VDE1310", "a namespace that does not exist",
        "Checks, `health` and `depends-on` name namespaces of this file, by name or by patterns (`*`, `?`), replicas with their number. In `depends-on` the name that has `replicas` stands for all of them.");

    public static readonly DiagnosticCode NoAddress = Error("VDE1311", "a namespace without an address",
        "Checks and `health` reach a namespace by the first address of its first interface that has one, IPv4 before IPv6. This one has none.");

    public static readonly DiagnosticCode TooMuch = Error("VDE1312", "too much for one topology",
        "One file may make 20,000 namespaces, its replicas 1,000,000 values, and a check 10,000 probes (a mesh of 100).");

    public static readonly DiagnosticCode NothingToTry = Error("VDE1313", "a check that tries nothing",
        "A mesh needs two namespaces, and any check something to reach.");

    public static readonly DiagnosticCode NameTaken = Error("VDE1314", "a name two segments have",
        "Switches, clouds and plugs share one name space, because `to` names any of them.");

    public static readonly DiagnosticCode Circle = Error("VDE1315", "plugs that lie over themselves",
        "`over` leads from plug to plug to a cloud or a locator, not back.");

    public static readonly DiagnosticCode UnknownEnd = Error("VDE1316", "a cable to nothing",
        "Each end is a switch, cloud or plug of this file, a locator, or an interface of a namespace of this file.");

    public static readonly DiagnosticCode WiredTwice = Error("VDE1317", "an interface wired twice",
        "An interface has one plug: `to`, or the end of one cable.");

    public static readonly DiagnosticCode CableLoop = Error("VDE1318", "cables that close a loop",
        "Frames would go round between these switches for ever, unless one of them at least has `stp: true`.");

    public static readonly DiagnosticCode SocketTaken = Error("VDE1319", "a socket two switches have",
        "Each public switch has a directory of its own: clients say by its path which one they mean.");

    public static readonly DiagnosticCode VlanWithoutSwitch = Error("VDE1325", "VLANs where no switch is",
        "`vlan` and `trunk` say which VLANs of its switch an interface or a cable is in. Clouds, plugs and locators have none: there a `vlan` layer of a plug tags every frame.");

    public static readonly DiagnosticCode UnknownVlan = Error("VDE1326", "a name that is no VLAN",
        "Names of VLANs are those that the switch gives in `vlans`. Where two switches are joined, a name means the same id in both.");

    public static readonly DiagnosticCode UndeclaredVlan = Error("VDE1327", "a VLAN its switch does not declare",
        "A switch with `vlans` has these and no others. One without lets any id be used.");

    public static readonly DiagnosticCode VlanNameTaken = Error("VDE1328", "a name two VLANs have",
        "`vlan` and `trunk` name VLANs, so each has a name of its own.");

    public static readonly DiagnosticCode MirrorPort = Error("VDE1329", "a mirror of what is not at its switch",
        "`mirror` names interfaces of this file that are plugged into the same switch: `alice/vde0`, or `alice` where it has one there. Copies go to one, and are made of others.");

    public static readonly DiagnosticCode DeniedScheme = Error("VDE1332", "a locator that the policy denies",
        "`policy: { uvdel: { deny: [\"cmd://\"] } }` keeps schemes out of a file and its overlays, in every layer of a locator.");

    public static readonly DiagnosticCode UnknownService = Error("VDE1340", "a service that does not exist",
        "`depends-on` of a service names other services of its namespace. What other namespaces have to be, the namespace's own `depends-on` says.");

    public static readonly DiagnosticCode DependencyCircle = Error("VDE1341", "what depends on itself",
        "Each would wait for the next one, and the last one for the first: none would ever start.");

    public static readonly DiagnosticCode NeverCompletes = Error("VDE1342", "a dependency that never completes",
        "`completed` waits until services have ended with exit code 0. A namespace without services has nothing that ends, and one with `restart: always` is started again: `restart: no` or `on-failure` let it end.");

    public static readonly DiagnosticCode NoHealth = Error("VDE1343", "a dependency whose health nobody asks",
        "`healthy` waits for the `health` of the other one, or for its services, where those have `health` or `ready`. Without any of them nobody could tell: `started` waits until it runs.");

    public static readonly DiagnosticCode UnknownInterface = Error("VDE1350", "an interface its namespace does not have",
        "A network function names interfaces of its own namespace: those of `interfaces`, or `vde0`, `vde1`, … of a `to`. Rules of `firewall` and `nat` may also name what a `bridge` or a `wireguard` beside them makes.");

    public static readonly DiagnosticCode VnfConflict = Error("VDE1351", "a network function that something else works against",
        "What a network function needs of its namespace, a kernel setting for example, the file asks to be otherwise.");

    public static readonly DiagnosticCode BadMachine = Error("VDE1360", "a machine that cannot be",
        "A machine needs something to boot: a `disk`, a `kernel` (with `initrd` and `append`), a `cdrom`, or `boot: network`; or it is `external`, and whoever starts it says what it is made of.");

    public static readonly DiagnosticCode NoProbeInside = Error("VDE1361", "a check from inside a machine",
        "Nothing can be run in a machine from outside. A check tries from a namespace; a machine whose `address` the file says can be what it tries to reach.");

    public static readonly DiagnosticCode UnusedSegment = Warning("VDE1401", "a segment nothing is plugged into",
        "No interface's `to` and no cable names it.");

    public static readonly DiagnosticCode OutsideSubnets = Warning("VDE1402", "an address outside the segment's other subnets",
        "No other address on the segment shares a subnet with it, so nobody there can be reached without a router.");

    public static readonly DiagnosticCode MtuTooLarge = Warning("VDE1403", "an MTU that the locator does not carry",
        "Its layers add bytes to every frame: larger packets are fragmented on the way, or lost. `vdeorch explain LOCATOR` does the sum.");

    public static readonly DiagnosticCode KeyNotPrivate = Warning("VDE1404", "a key file that others may read",
        "Whoever has the key of an `agno` plug, or of a tunnel, reads the network and takes part in it. `chmod 600 FILE` keeps it to its owner.");

    public static readonly DiagnosticCode SpanningWithoutTree = Warning("VDE1405", "a spanning tree's setting where no tree is",
        "`stp` of an interface, a cable or an entry of `plugs` says how the tree of its switch treats that port. A switch has one with `stp: true`.");

    public static readonly DiagnosticCode NoKey = Warning("VDE1406", "a key file without a key",
        "An `agno` plug does not open without its key: 32 hexadecimal digits, or, with `mode: aead`, 16 bytes at least. Nor is there a `wireguard` without one: 32 bytes in base64, as `wg genkey` prints them. The file is looked at here and now: on the host that applies the topology it may be another.");

    public static readonly DiagnosticCode BadVariable = Error("VDE1501", "a variable that cannot be",
        "`vars` says what a file takes from outside: `webs: { type: int, default: 3, min: 1, max: 50 }`. `min` and `max` belong to numbers, and the default is a value like any other.");

    public static readonly DiagnosticCode VariableUnset = Error("VDE1502", "a variable without a value",
        "A variable without a default is given from outside: `--set webs=3`, `--vars FILE`, `VDEORCH_VAR_webs=3`, or `with` of the `include`.");

    public static readonly DiagnosticCode BadVariableValue = Error("VDE1503", "a value that its variable does not take",
        "The value is of another type, outside `min` and `max`, or none of `values`.");

    public static readonly DiagnosticCode UnknownVariable = Error("VDE1504", "a value for no variable",
        "No `vars` of the file declares it, so it would change nothing.");

    public static readonly DiagnosticCode UnknownTemplate = Error("VDE1505", "`use` names nothing",
        "`use` takes names of `templates`. A fragment uses its own.");

    public static readonly DiagnosticCode TemplateCircle = Error("VDE1506", "templates that use themselves",
        "A template may use others, but none of them may lead back to it.");

    public static readonly DiagnosticCode UnusedTemplate = Warning("VDE1507", "a template that nothing uses",
        "It changes nothing, and what is wrong in it has not been looked for.");

    public static readonly DiagnosticCode BadFragment = Error("VDE1508", "a fragment that cannot be read",
        "`include` names a file relative to the file it stands in. Its diagnostics are its own.");

    public static readonly DiagnosticCode IncludeCircle = Error("VDE1509", "fragments that include themselves",
        "A fragment may include others, 8 deep, but none of them may lead back to it.");

    public static readonly DiagnosticCode FragmentCollision = Error("VDE1510", "a name of a fragment that is taken",
        "What a fragment defines is called by the name of its `include`, a dash and its own name. Something else has that name.");

    /// <summary>All of them, in order of their codes.</summary>
    public static ImmutableArray<DiagnosticCode> All { get; } =
    [
        NoSuchFile, NotAllowed, IsDirectory, LargerThanAny, NotReadable,
        TooLarge, NotUtf8, ControlCharacter, Syntax, TooDeep, TooManyAliases, DuplicateKey, MergeKey, SeveralDocuments, Tag, Alias, KeyNotScalar,
        Empty, TooManyErrors,
        UnknownKey, NotYet, WrongType, MissingKey, NoValue, BadName, OutOfRange, NotOneOf, BadDuration, BadAddress, NotAHostAddress, BadMac,
        NotAHostMac, BadInterfaceName, BadSysctl, Conflict, BadPrefix, BadEndpoint, BadText, BadCommand, BadVariableName, BadLocator, BadPath,
        BadMode, BadSocket, BadShare, BadRate, BadStates, BadFile, BadKey, BadLabel, BadLimit,
        ExpressionSyntax, Unresolved, ExpressionFailed, ExpressionInKey,
        UnknownSegment, DuplicateAddress, DuplicateMac, UnreachableGateway, FamilyMixUp, SeveralDefaults, MtuTooSmall, NoPortLeft,
        ReplicaCollision, UnknownNamespace, NoAddress, TooMuch, NothingToTry, NameTaken, Circle, UnknownEnd, WiredTwice, CableLoop, SocketTaken,
        VlanWithoutSwitch, UnknownVlan, UndeclaredVlan, VlanNameTaken, MirrorPort, DeniedScheme,
        UnknownService, DependencyCircle, NeverCompletes, NoHealth, UnknownInterface, VnfConflict, BadMachine, NoProbeInside,
        UnusedSegment, OutsideSubnets, MtuTooLarge, KeyNotPrivate, SpanningWithoutTree, NoKey,
        BadVariable, VariableUnset, BadVariableValue, UnknownVariable, UnknownTemplate, TemplateCircle, UnusedTemplate, BadFragment, IncludeCircle, FragmentCollision,
    ];

    /// <param name="code">In any case: <c>vde1107</c>.</param>
    public static DiagnosticCode? Find(string code) => All.FirstOrDefault(entry => entry.Code.Equals(code, StringComparison.OrdinalIgnoreCase));

    static DiagnosticCode Error(string code, string title, string explanation) => new(code, Severity.Error, title, explanation);

    static DiagnosticCode Warning(string code, string title, string explanation) => new(code, Severity.Warning, title, explanation);
}

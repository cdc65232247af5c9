using System.Collections.Immutable;
using System.CommandLine;
using Vdeorch.Cli.Exporting;
using Vdeorch.Cli.Inputs;
using Vdeorch.Cli.Outputs;
using Vdeorch.Cli.Views;
using Vdeorch.Engine.Api;
using Vdeorch.Engine.Observing;
using Vdeorch.Model.Rendering;
using Vdeorch.Model.Topologies;
using Vdeorch.Plugs.Wrappers;

namespace Vdeorch.Cli.Verbs;

/// <summary>The live world as a directory that brings it up elsewhere: its file as <c>get</c> prints it, and all that the file names. Read-only, without an engine.</summary>
static class ExportVerb
{
    const int FileMode = 0b110_100_100;
    const string DirectoryName = "DIRECTORY";

    public static Command Create(Session session)
    {
        Argument<string> target = Arguments.TopologyOrFile();
        Argument<string> directory = new(DirectoryName) { Description = "Where it is written: a directory, which is made; one that is there must be empty" };
        Option<bool> secrets = new("--secrets") { Description = "Copy key files too; without it they are left out, and named" };
        Option<bool> force = new("--force") { Description = "Replace the export that is in DIRECTORY" };
        Option<OutputFormat> output = OutputOption.Of(OutputFormat.Table, OutputFormat.Json);
        Command verb = new("export", "Write a running topology, as it is now, and all files it needs to a directory") { target, directory, secrets, force, output };
        verb.SetAction((parsed, _) => RunAsync(session, parsed.GetRequiredValue(target), parsed.GetRequiredValue(directory), new Wish(parsed.GetValue(secrets), parsed.GetValue(force), parsed.GetValue(output))));
        return verb;
    }

    readonly record struct Wish(bool Secrets, bool Force, OutputFormat Format);

    static async Task<int> RunAsync(Session session, string target, string directory, Wish wish)
    {
        // Before anything is read: standard input can be read only once, and it is the one inside that needs it.
        if (await session.ReexecuteInsideAsync() is { } done)
        {
            return done;
        }

        if (TopologyTarget.Name(target, session) is not { } name)
        {
            return ExitCodes.Invalid;
        }

        WorldSnapshot world = WorldObserver.Observe(session.Run, name);
        if (world.Objects.IsEmpty)
        {
            return UnknownTopology.Report(name, RunFiles.Topologies(session.Run), session);
        }

        Topology live = LiveTopology.Of(world);
        TopologyExport export = TopologyExport.Of(live);
        string place = Path.GetFullPath(directory);
        Write(export, name, place, wish);
        Report(session, export, Unsayable.Of(world, TopologyRenderer.Render(live)), name, place, wish);
        return ExitCodes.Ok;
    }

    static void Write(TopologyExport export, string name, string place, Wish wish)
    {
        using ExportedDirectory directory = new(place, wish.Force);
        directory.Write($"{name}.yaml", export.Yaml, FileMode);
        foreach (ExportedFile file in export.Files)
        {
            directory.Write(file.Path, file.Text, file.Mode);
        }

        foreach (ExportedKey key in export.Keys.Where(_ => wish.Secrets))
        {
            string source = AgnoKey.PathOf(key.Source);
            directory.Write(key.Path, File.ReadAllBytes(source), (int)File.GetUnixFileMode(source) & 0b111_111_111);
        }

        directory.Finish();
    }

    static void Report(Session session, TopologyExport export, ImmutableArray<string> unsayable, string name, string place, Wish wish)
    {
        ImmutableArray<ExportedKey> leftOut = wish.Secrets ? [] : export.Keys;
        ImmutableArray<string> notes =
        [
            .. unsayable,
            .. leftOut.Select(key => $"{key.Path} is left out, for it is a secret: put the key there that is in {AgnoKey.PathOf(key.Source)} here, readable by its owner alone, or export with --secrets"),
            .. export.Fixed.Select(key => $"{key.Id} names a key file in a locator, which cannot say where it is relative to a file: {AgnoKey.PathOf(key.Source)} must be there on the other host too, or make it a plug with `stack` and a relative `key`"),
        ];
        foreach (string note in notes)
        {
            session.Terminal.Say(note);
        }

        string file = $"{place}/{name}.yaml";
        if (wish.Format == OutputFormat.Json)
        {
            ImmutableArray<string> files = [.. export.Files.Select(one => one.Path), .. export.Keys.Except(leftOut).Select(key => key.Path)];
            ExportReport report = new(JsonFormat.Current, name, place, file, files, [.. leftOut.Select(key => new LeftOutLine(key.Path, AgnoKey.PathOf(key.Source)))], notes);
            DataWriter.Write(session.Terminal.Out, wish.Format, report, CliJson.Default.ExportReport);
            return;
        }

        session.Terminal.Out.WriteLine($"Wrote {file}. Where it is to run: vdeorch apply {name}.yaml");
    }
}

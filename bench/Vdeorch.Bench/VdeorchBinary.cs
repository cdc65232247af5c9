namespace Vdeorch.Bench;

/// <summary>The AOT binary under test, with a run directory of its own so that nothing of the user's is touched.</summary>
internal sealed class VdeorchBinary : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("vb-").FullName;

    VdeorchBinary(string path)
    {
        Path = path;
        Environment.SetEnvironmentVariable("VDEORCH_RUN_DIR", $"{_directory}/run");
    }

    public string Path { get; }

    /// <summary><c>VDEORCH_BINARY</c>, else the one published below artifacts/, else it is published now.</summary>
    public static VdeorchBinary Find()
    {
        if (Environment.GetEnvironmentVariable("VDEORCH_BINARY") is { Length: > 0 } given)
        {
            return new VdeorchBinary(System.IO.Path.GetFullPath(given));
        }

        string root = AppContext.BaseDirectory;
        while (!File.Exists($"{root}/Vdeorch.sln"))
        {
            root = System.IO.Path.GetDirectoryName(root) ?? throw new InvalidOperationException("Vdeorch.sln is in no folder above; set VDEORCH_BINARY");
        }

        string published = $"{root}/artifacts/publish/vdeorch";
        if (!File.Exists(published))
        {
            Console.Error.WriteLine("publishing vdeorch ...");
            Shell.Run("dotnet", "publish", $"{root}/src/Vdeorch.Cli", "-c", "Release", "-r", "linux-x64", "-o", $"{root}/artifacts/publish");
        }

        return new VdeorchBinary(published);
    }

    /// <returns>The file, for a later apply.</returns>
    public string Write(string topology, string text)
    {
        string file = $"{_directory}/{topology}.yaml";
        File.WriteAllText(file, text);
        return file;
    }

    public void Apply(string topology, string text) => Shell.Run(Path, "apply", Write(topology, text), "--yes");

    public void Destroy(string topology) => Shell.TryRun(Path, "destroy", topology, "--yes");

    public string Run(params string[] arguments) => Shell.Run([Path, .. arguments]);

    public void Dispose()
    {
        Shell.TryRun(Path, "engine", "stop");
        Directory.Delete(_directory, recursive: true);
    }
}

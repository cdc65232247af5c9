using System.Reflection;

// Stdout belongs to the verb's result. Exit codes: 0 done, 64 usage.
if (args is ["--version"])
{
    Console.WriteLine(Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
    return 0;
}

Console.Error.WriteLine("usage: vdeorch --version");
return 64;

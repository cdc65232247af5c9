using Microsoft.Extensions.Logging;
using Vdeorch.Model.Resources;

namespace Vdeorch.Engine.Supervising;

internal static partial class EngineLog
{
    [LoggerMessage(Level = LogLevel.Information, Message = "engine {Pid} started in {RunDirectory}")]
    public static partial void EngineStarted(this ILogger log, int pid, string runDirectory);

    [LoggerMessage(Level = LogLevel.Information, Message = "engine stopped; what runs goes on running")]
    public static partial void EngineStopped(this ILogger log);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Topology}: {Id} adopted, pid {Pid}")]
    public static partial void Adopted(this ILogger log, string topology, ResourceId id, int pid);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Topology}: {Id} started, pid {Pid}")]
    public static partial void Started(this ILogger log, string topology, ResourceId id, int pid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topology}: {Id} ended ({How}), restarted in {Delay}")]
    public static partial void Ended(this ILogger log, string topology, ResourceId id, string how, TimeSpan delay);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topology}: {Id} (pid {Pid}) runs and does not answer: killed")]
    public static partial void Hung(this ILogger log, string topology, ResourceId id, int pid);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Topology}: {Id} is {State}{Why}")]
    public static partial void HealthChanged(this ILogger log, string topology, ResourceId id, string state, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Topology}: {Id} finished ({How})")]
    public static partial void Finished(this ILogger log, string topology, ResourceId id, string how);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Topology}: {Id} stopped")]
    public static partial void Stopped(this ILogger log, string topology, ResourceId id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topology}: {Id} failed on the way down: {Why}")]
    public static partial void HookFailed(this ILogger log, string topology, ResourceId id, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Topology}: {Id} could not be started: {Why}")]
    public static partial void StartFailed(this ILogger log, string topology, ResourceId id, string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topology}: port {Port} was not plugged in again: {Why}")]
    public static partial void PortLost(this ILogger log, string topology, string port, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Topology}: not adopted: {Why}")]
    public static partial void NotAdopted(this ILogger log, string topology, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Topology}: {Operation} ended with {ExitCode}")]
    public static partial void OperationEnded(this ILogger log, string topology, string operation, int exitCode);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topology}: nobody confirmed in time, taken back: {How}")]
    public static partial void Reverted(this ILogger log, string topology, string how);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topology}: drifted, and left so: {What}")]
    public static partial void Drifted(this ILogger log, string topology, string what);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Topology}: drifted, and put back: {What}")]
    public static partial void Healed(this ILogger log, string topology, string what);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Topology}: drifted ({What}), and could not be put back: {Why}")]
    public static partial void NotHealed(this ILogger log, string topology, string what, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Topology}: {Operation} broke")]
    public static partial void OperationBroke(this ILogger log, string topology, string operation, Exception why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the anchor was gone; started another, pid {Pid}")]
    public static partial void AnchorReplaced(this ILogger log, int pid);
}

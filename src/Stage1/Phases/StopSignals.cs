namespace Stage1.Phases;

/// <summary>
/// Signals by which the host asks a pod to stop. They stay blocked from the first process on until systemd, as PID 1, fetches them: a blocked signal waits,
/// an unblocked one without a handler would be lost (signal(7), pid_namespaces(7)).
/// </summary>
internal static class StopSignals
{
    /// <summary>SIGWINCH: what the scope's stop sends to every process; everybody but systemd ignores it.</summary>
    public const int ScopeStop = 28;

    /// <summary>SIGRTMIN+4, orderly power-off (systemd(1), signals); glibc keeps 32 and 33 for itself, so its SIGRTMIN is 34.</summary>
    public const int PowerOff = 38;

    public static readonly int[] All = [ScopeStop, PowerOff];
}

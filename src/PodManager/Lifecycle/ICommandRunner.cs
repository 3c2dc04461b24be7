namespace PodManager.Lifecycle;

/// <summary>Runs commands in running apps.</summary>
internal interface ICommandRunner
{
    /// <summary>Runs one and waits for its end.</summary>
    /// <returns>Its exit code, or 128 plus the signal that killed it.</returns>
    /// <exception cref="PodctlException">It could not be started: 126 and 127 as in a shell.</exception>
    int Run(ExecOptions options);
}

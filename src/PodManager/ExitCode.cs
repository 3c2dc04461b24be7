namespace PodManager;

/// <summary>What podctl's exit code means. A foreground run returns the app's own code, or one of the last three.</summary>
internal enum ExitCode
{
    /// <summary>Done, or already so.</summary>
    Ok = 0,

    /// <summary>The operation failed.</summary>
    Failed = 1,

    /// <summary>Bad usage or an invalid file of the user's.</summary>
    Usage = 2,

    /// <summary>The pod or image is in the wrong state for this.</summary>
    WrongState = 3,

    /// <summary>No such pod or image (as systemctl(1)).</summary>
    NotFound = 4,

    /// <summary>Not permitted: needs root, or polkit said no.</summary>
    NotPermitted = 5,

    /// <summary>This host lacks something: the bus, a kernel feature, a library.</summary>
    HostLacks = 6,

    /// <summary>A bug in podctl; a stack trace is printed.</summary>
    Bug = 70,

    /// <summary>podctl itself failed in a foreground run.</summary>
    RunFailed = 125,

    /// <summary>The app's command is there but cannot be executed.</summary>
    CannotExecute = 126,

    /// <summary>The app's command was not found.</summary>
    CommandNotFound = 127,
}

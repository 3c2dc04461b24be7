namespace Common.Contract;

/// <summary>How podctl and Stage1 talk: arguments, descriptors, messages, exit codes.</summary>
internal static class Stage1Protocol
{
    /// <summary>`stage1 build PLAN`: the outer half, started by podctl on the host.</summary>
    public const string BuildVerb = "build";

    /// <summary>`stage1 init PLAN`: the inner half, PID 1 of the pod until it becomes systemd.</summary>
    public const string InitVerb = "init";

    /// <summary>`stage1 join`: joins a running pod and has a command started there; waits for it.</summary>
    public const string JoinVerb = "join";

    /// <summary>`stage1 command`: root of the pod, on the way to becoming a command in an app.</summary>
    public const string CommandVerb = "command";

    /// <summary>`stage1 change`: in the host's user namespace, changes the apps of a running pod.</summary>
    public const string ChangeVerb = "change";

    /// <summary>`stage1 complete`: root of the pod, does what is left to do of such a change.</summary>
    public const string CompleteVerb = "complete";

    /// <summary>The socket to whoever started this half.</summary>
    public const int SocketDescriptor = 3;

    /// <summary>The pod's user namespace, for nsenter(1) on its way to the inner half.</summary>
    public const int UserNamespaceDescriptor = 4;

    /// <summary>For a command or a change: the plan, a file without a name.</summary>
    public const int PlanDescriptor = 5;

    /// <summary>For a command: to `stage1 join`, the directory of the app's cgroup; to `stage1 command`, if it has to move there itself, its cgroup.procs, open for writing.</summary>
    public const int CgroupDescriptor = 6;

    /// <summary>For a command: to `stage1 join`, /proc/PID of the pod's PID 1; to `stage1 command`, the pod's cgroup namespace.</summary>
    public const int LeaderDescriptor = 7;

    /// <summary>For a command: /proc/PID of a process of the app; later the app's mount namespace.</summary>
    public const int AppDescriptor = 8;

    /// <summary>For nsenter(1): the program stage1 itself.</summary>
    public const int ProgramDescriptor = 9;

    /// <summary>For a change: the pod's lock, which lasts as long as this process.</summary>
    public const int LockDescriptor = 10;

    /// <summary>For a start or a change: the credentials of apps (<see cref="AppSecrets"/>), if the plan says that there are any.</summary>
    public const int SecretsDescriptor = 11;

    /// <summary>For nsenter(1): the pod's mount namespace.</summary>
    public const int MountNamespaceDescriptor = 12;

    /// <summary>podctl to `join`: `signal N`, to be passed on to the command.</summary>
    public const string SignalPrefix = "signal ";

    /// <summary>`join` to podctl: `exited N`, the command's exit code, or 128 plus the signal that killed it. `change` to podctl: `exited 0`, it is done.</summary>
    public const string ExitedPrefix = "exited ";

    /// <summary>`command` to podctl: `notfound`, there is no such program.</summary>
    public const string NotFound = "notfound";

    /// <summary>`command` to podctl: `refused TEXT`, it is there but cannot be executed.</summary>
    public const string RefusedPrefix = "refused ";

    /// <summary>podctl to the outer half: the plan is written. Both halves are started before there is something to do, since starting takes time.</summary>
    public const string Planned = "planned";

    /// <summary>The outer half to the inner: the root is built, and the plan is in it.</summary>
    public const string Built = "built";

    /// <summary>podctl to the outer half: the scope is there, you are in it, and the pod's PID 1 is on record.</summary>
    public const string Go = "go";

    /// <summary>The inner half to the outer: everything is mounted but the cgroups.</summary>
    public const string Ready = "ready";

    /// <summary>The outer half to the inner: you are in the scope, become systemd.</summary>
    public const string Exec = "exec";

    /// <summary>The outer half to podctl: `leader PID`, the host's number of the pod's PID 1, which waits to become systemd.</summary>
    public const string LeaderPrefix = "leader ";

    /// <summary>The outer half to podctl: the pod's PID 1 is systemd now.</summary>
    public const string Running = "running";

    /// <summary>Either half: `error TEXT`, and the pod will not start.</summary>
    public const string ErrorPrefix = "error ";

    /// <summary>Either half, with --debug: `time STEP`, a step has been done.</summary>
    public const string TimePrefix = "time ";

    /// <summary>Exit code: a system call failed.</summary>
    public const int SystemCallFailed = 71;

    /// <summary>Exit code: the plan cannot be accepted.</summary>
    public const int BadPlan = 78;
}

namespace Common.Contract;

/// <summary>How podctl and Stage1 talk: arguments, descriptors, messages, exit codes.</summary>
internal static class Stage1Protocol
{
    /// <summary>`stage1 build PLAN`: the outer half, started by podctl on the host.</summary>
    public const string BuildVerb = "build";

    /// <summary>`stage1 init PLAN`: the inner half, PID 1 of the pod until it becomes systemd.</summary>
    public const string InitVerb = "init";

    /// <summary>The socket to whoever started this half.</summary>
    public const int SocketDescriptor = 3;

    /// <summary>The pod's user namespace, for nsenter(1) on its way to the inner half.</summary>
    public const int UserNamespaceDescriptor = 4;

    /// <summary>podctl to the outer half: the plan is written. Both halves are started before there is something to do, since starting takes time.</summary>
    public const string Planned = "planned";

    /// <summary>The outer half to the inner: the root is built, and the plan is in it.</summary>
    public const string Built = "built";

    /// <summary>podctl to the outer half: the scope is there and you are in it.</summary>
    public const string Go = "go";

    /// <summary>The inner half to the outer: everything is mounted but the cgroups.</summary>
    public const string Ready = "ready";

    /// <summary>The outer half to the inner: you are in the scope, become systemd.</summary>
    public const string Exec = "exec";

    /// <summary>The outer half to podctl: `leader PID`, the host's number of the pod's PID 1, which is systemd now.</summary>
    public const string LeaderPrefix = "leader ";

    /// <summary>Either half: `error TEXT`, and the pod will not start.</summary>
    public const string ErrorPrefix = "error ";

    /// <summary>Either half, with --debug: `time STEP`, a step has been done.</summary>
    public const string TimePrefix = "time ";

    /// <summary>Exit code: a system call failed.</summary>
    public const int SystemCallFailed = 71;

    /// <summary>Exit code: the plan cannot be accepted.</summary>
    public const int BadPlan = 78;
}

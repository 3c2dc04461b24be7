namespace PodManager.Systemd;

/// <summary>A D-Bus service answered with an error, or did not answer.</summary>
internal sealed class BusException(string name, string message) : Exception(message)
{
    public const string Disconnected = "org.freedesktop.DBus.Error.Disconnected";

    /// <summary>E.g. `org.freedesktop.systemd1.NoSuchUnit`.</summary>
    public string Name { get; } = name;

    public bool IsNoSuchUnit => Name == "org.freedesktop.systemd1.NoSuchUnit";

    public bool IsNoSuchMachine => Name == "org.freedesktop.machine1.NoSuchMachine";

    /// <summary>An operation on the unit that somebody else asked for is not finished.</summary>
    public bool IsUnitBusy => Name == "org.freedesktop.systemd1.UnitBusy"
        || (Name == "org.freedesktop.DBus.Error.Failed" && Message.Contains("is still in progress", StringComparison.Ordinal)); // systemd before 256 has no name for it

    /// <summary>The connection is gone, as when the service manager executes itself anew.</summary>
    public bool IsDisconnected => Name == Disconnected;

    /// <summary>The bus or polkit said no.</summary>
    public bool IsDenied => Name is "org.freedesktop.DBus.Error.AccessDenied" or "org.freedesktop.DBus.Error.AuthFailed"
        or "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired" || Name.StartsWith("org.freedesktop.PolicyKit1.", StringComparison.Ordinal);

    /// <summary>Nobody offers the service, or it cannot be started.</summary>
    public bool IsServiceMissing => Name is "org.freedesktop.DBus.Error.ServiceUnknown" or "org.freedesktop.DBus.Error.NameHasNoOwner"
        or "org.freedesktop.DBus.Error.FileNotFound" or Disconnected or "org.freedesktop.DBus.Error.NoServer"
        or "org.freedesktop.systemd1.UnitMasked" or "org.freedesktop.systemd1.LoadFailed" or "org.freedesktop.systemd1.ShuttingDown"
        || Name.StartsWith("org.freedesktop.DBus.Error.Spawn.", StringComparison.Ordinal);

    /// <summary>The failure in podctl's words.</summary>
    /// <param name="what">What could not be done.</param>
    public PodctlException Explain(string what) => IsDenied
        ? new PodctlException(ExitCode.NotPermitted, $"{what}: {Message}", "run podctl as root", this)
        : IsServiceMissing
            ? new PodctlException(ExitCode.HostLacks, $"{what}: {Message}", "podctl needs a host that runs systemd and its system bus", this)
            : new PodctlException(ExitCode.Failed, $"{what}: {Message}", cause: this);
}

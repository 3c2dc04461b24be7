namespace PodManager.Lifecycle;

/// <summary>The host's service manager (org.freedesktop.systemd1(5)). One caller at a time.</summary>
internal interface IUnitManager
{
    /// <summary>Makes sure that the manager can be asked at all, before anything is made that needs it. Costs nothing extra: the connection stays.</summary>
    /// <exception cref="PodctlException">This host has no systemd or no bus, or does not let us in.</exception>
    void Connect();

    /// <summary>
    /// Asks for a transient scope around processes that are running. The request is on its way when this returns; the outcome says
    /// that the scope is active and holds its processes, or throws.
    /// </summary>
    IPending<bool> StartScope(ScopeRequest request);

    /// <summary>Asks for a transient service without a process, likewise.</summary>
    IPending<bool> StartService(ServiceRequest request);

    /// <summary>Asks for a unit to be stopped.</summary>
    /// <returns>
    /// The outcome: true once the manager says that it has stopped; false if it will not say, because there is no such unit (any more) or the manager was
    /// restarted meanwhile; throws if the unit is still there after <paramref name="timeout"/>.
    /// </returns>
    IPending<bool> StopUnit(string unit, TimeSpan timeout);

    /// <summary>Sends a signal to every process of a unit, or to a service's main one.</summary>
    /// <returns>False if there is no such unit.</returns>
    bool KillUnit(string unit, KillTarget target, int signal);

    /// <summary>Stops all processes of a unit where they are (cgroup.freeze, cgroups(7)).</summary>
    /// <returns>False if there is no such unit.</returns>
    bool FreezeUnit(string unit);

    /// <summary>Lets them go on.</summary>
    /// <returns>False if there is no such unit.</returns>
    bool ThawUnit(string unit);

    /// <summary>Changes a unit that is there, until it ends: what `systemctl set-property --runtime` does.</summary>
    /// <returns>False if there is no such unit.</returns>
    bool SetProperties(string unit, IReadOnlyList<UnitProperty> properties);

    /// <summary>The manager's version, e.g. 252; 0 if it says nothing of the kind.</summary>
    int Version();

    /// <summary>What the manager says about a unit.</summary>
    /// <returns>Null if it does not know the unit.</returns>
    UnitState? GetUnitState(string unit);

    /// <summary>Lets go of a unit that failed, so that its name is free again; no such unit is success.</summary>
    void ResetFailed(string unit);

    /// <summary>The names of the units that match a glob and are in one of the given active states (`failed`, `active`…).</summary>
    IReadOnlyList<string> ListUnits(string pattern, IReadOnlyList<string> activeStates);
}

/// <summary>Which processes of a unit a signal is for (systemctl(1), --kill-whom).</summary>
internal enum KillTarget
{
    All,
    Main,
}

/// <summary>A unit's state in the manager's own words.</summary>
/// <param name="ActiveState">`active`, `inactive`, `failed`, `activating`, `deactivating`…</param>
/// <param name="SubState">E.g. `running`, `abandoned`.</param>
/// <param name="ControlGroup">Path below /sys/fs/cgroup, with a leading slash; empty if it has none.</param>
internal sealed record UnitState(string ActiveState, string SubState, string ControlGroup);

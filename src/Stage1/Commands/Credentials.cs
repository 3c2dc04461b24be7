using Common.Contract;
using Common.Native;

namespace Stage1.Commands;

/// <summary>Makes the pod's root, with all its capabilities, the user that a command runs as (credentials(7), capabilities(7)).</summary>
internal static unsafe class Credentials
{
    private const int KeepCapabilities = 8; // PR_SET_KEEPCAPS, prctl(2)
    private const int DropFromBoundingSet = 24; // PR_CAPBSET_DROP
    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
    private const int SystemAdministration = 21; // CAP_SYS_ADMIN

    /// <summary>Until execve(2) the process may still install filters of system calls; what it may do after that is what the plan says.</summary>
    public static void Become(CommandPlan plan)
    {
        uint[] groups = [.. plan.SupplementaryGids];
        fixed (uint* list = groups)
        {
            _ = NativeException.ThrowIfFailed(Libc.SetGroups((nuint)groups.Length, list), "setgroups");
        }

        _ = NativeException.ThrowIfFailed(Libc.SetResGid(plan.Gid, plan.Gid, plan.Gid), "setresgid", $"{plan.Gid}");
        foreach (int capability in plan.DroppedCapabilities)
        {
            _ = Libc.PrCtl(DropFromBoundingSet, (nuint)capability, 0, 0, 0); // a kernel that does not know it cannot give it either
        }

        if (plan.Uid != 0)
        {
            _ = NativeException.ThrowIfFailed(Libc.PrCtl(KeepCapabilities, 1, 0, 0, 0), "prctl");
            _ = NativeException.ThrowIfFailed(Libc.SetResUid(plan.Uid, plan.Uid, plan.Uid), "setresuid", $"{plan.Uid}");
            CapabilitySets.KeepOnly(SystemAdministration); // until execve(2) takes it: enough to install a filter
        }
        else
        {
            // Nobody's working directory or program may be found by more than it has itself: an app can put a link to /proc/1/root there.
            CapabilitySets.Drop(plan.DroppedCapabilities, kept: SystemAdministration);
        }

        if (plan.NoNewPrivileges)
        {
            _ = NativeException.ThrowIfFailed(Libc.PrCtl(NoNewPrivileges, 1, 0, 0, 0), "prctl");
        }
    }
}

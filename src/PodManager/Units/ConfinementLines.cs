using Common.Contract;
using PodManager.Pods;

namespace PodManager.Units;

/// <summary>What an app sees and may do, as lines of its service and of what else is run in its place.</summary>
internal static class ConfinementLines
{
    // What systemd would add to every service's environment and no image expects.
    private const string Unset = "INVOCATION_ID JOURNAL_STREAM SYSTEMD_EXEC_PID LANG MEMORY_PRESSURE_WATCH MEMORY_PRESSURE_WRITE";

    public static void Write(AppSpec app, Action<string> line)
    {
        line($"RootDirectory={AppRoots.PathOf(app.Name)}");
        line("# the last commands run in the pod's own root, not in the app's");
        line("RootDirectoryStartOnly=yes");
        line("# a mount namespace, so that the root is changed by pivot_root(2): chroot(2) alone can be left with CAP_SYS_CHROOT");
        line("PrivateMounts=yes");
        line("MountAPIVFS=no");
        line($"BindReadOnlyPaths={string.Join(' ', JournalSockets.Names.Select(static name => $"{JournalSockets.Directory}/{name}"))}");
        line($"WorkingDirectory={UnitText.Line(app.WorkingDirectory)}");
        if (app.Uid != 0 || app.Gid != 0 || app.SupplementaryGids.Count > 0)
        {
            // Not for root, which it is anyway: to change users beside a filter of system calls, systemd gives up privileges that root has back at exec, and the kernel then
            // hides the process from others of the app (PR_SET_DUMPABLE, prctl(2)).
            line($"User={app.Uid}");
        }

        line("# another than that of the pod's systemd, for root too");
        line($"Group={app.Gid}");

        if (app.SupplementaryGids.Count > 0)
        {
            line($"SupplementaryGroups={string.Join(' ', app.SupplementaryGids)}");
        }

        foreach (string variable in app.Environment)
        {
            line($"Environment={UnitText.Quote(variable)}");
        }

        line($"UnsetEnvironment={UnsetExcept(app.Environment)}");
        foreach (string credential in app.Credentials)
        {
            line($"LoadCredential={credential}:{AppSecrets.DirectoryOf(app.Name)}/{credential}");
        }

        IsolationLines.Write(app.Isolation, line);
    }

    /// <summary>What the image sets itself must stay, even under a name that systemd uses.</summary>
    private static string UnsetExcept(IReadOnlyList<string> environment) => string.Join(
        ' ', Unset.Split(' ').Where(name => !environment.Any(e => e.StartsWith(name + "=", StringComparison.Ordinal))));
}

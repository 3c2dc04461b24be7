using Common.Contract;
using Common.Native;
using Stage1.Mounts;
using Stage1.Phases;
using static Tmds.Linux.LibC;

namespace Stage1.Commands;

/// <summary>`stage1 complete`: a process in the pod, root there, that writes what a change of apps has left to write, and completes the roots of those that have come.</summary>
internal static class CompletePhase
{
    private const int Dumpable = 4; // PR_SET_DUMPABLE, prctl(2)

    public static void Run()
    {
        // What runs in the pod has no business with a process that is still half the host's.
        _ = Libc.PrCtl(Dumpable, 0, 0, 0, 0);
        _ = Libc.UMask(0);
        using Fd planFile = JoinPhase.Take(Stage1Protocol.PlanDescriptor);
        using Fd held = JoinPhase.Take(Stage1Protocol.LockDescriptor);
        CommandPhase.EnterCgroup();
        AppChange change = PlanFileReader.ReadChange(planFile);
        foreach (string app in change.Removed)
        {
            AppRemoval.RemoveFiles(app);
        }

        foreach (string path in change.RemovedFiles)
        {
            _ = Libc.UnlinkAt(Libc.AtFdCwd, path, 0); // best effort: it may never have been there
        }

        if (change.Pod.HasSecrets)
        {
            using SafeRoot root = new("/");
            CredentialFiles.Write(root, CredentialFiles.Receive(), 0);
            CredentialFiles.Share();
        }

        AppRoot.CompleteAll(change.Pod.Apps);
        foreach (PlanFile file in change.Pod.Files)
        {
            Write(file);
        }
    }

    /// <summary>By a rename, as systemd may read it just now.</summary>
    private static void Write(PlanFile file)
    {
        string temporary = $"{file.Path}.new";
        _ = Libc.UnlinkAt(Libc.AtFdCwd, temporary, 0); // best effort: what a killed one has left
        using (Fd made = Files.Open(temporary, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, file.Mode))
        {
            Files.WriteAll(made, System.Text.Encoding.UTF8.GetBytes(file.Content));
        }

        _ = NativeException.ThrowIfFailed(Libc.RenameAt(Libc.AtFdCwd, temporary, Libc.AtFdCwd, file.Path), "rename", $"'{file.Path}'");
    }
}

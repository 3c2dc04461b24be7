using Common.Contract;
using Common.Native;
using static Tmds.Linux.LibC;

namespace Stage1.Phases;

/// <summary>Makes the pod's user namespace (user_namespaces(7)).</summary>
internal static class UserNamespace
{
    /// <summary>
    /// A process with more than one thread cannot unshare(CLONE_NEWUSER), and the runtime's are there before Main. So util-linux's single-threaded
    /// unshare(1) makes the namespace and becomes a cat(1) that lives until its input ends; meanwhile the ids are mapped from outside and a descriptor is taken.
    /// </summary>
    /// <returns>The namespace, which lives as long as the descriptor.</returns>
    public static Fd Create(IdRange range, IReadOnlyList<string> environment)
    {
        (UnixSocket ours, UnixSocket theirs) = UnixSocket.CreatePair();
        int pid;
        using (theirs)
        {
            pid = Spawn.Start("/usr/bin/unshare", ["unshare", "--user", "--", "cat"], environment, [(theirs.Fd, 0), (theirs.Fd, 1)]);
        }

        try
        {
            // cat(1) echoes a message once unshare(1) has done its work.
            ours.Send("made");
            if (ours.Receive() is null)
            {
                throw new PodStartException("cannot make a user namespace: unshare(1) failed; `sysctl user.max_user_namespaces` may forbid it");
            }

            string map = $"0 {range.Base} {range.Count}\n";
            WriteMap($"/proc/{pid}/uid_map", map);
            WriteMap($"/proc/{pid}/gid_map", map);
            return Files.Open($"/proc/{pid}/ns/user", O_RDONLY);
        }
        finally
        {
            ours.Dispose();
            _ = Spawn.Wait(pid);
        }
    }

    private static void WriteMap(string path, string map)
    {
        // One write(2), as user_namespaces(7) demands.
        using Fd file = Files.Open(path, O_WRONLY);
        Files.WriteAll(file, System.Text.Encoding.ASCII.GetBytes(map));
    }
}

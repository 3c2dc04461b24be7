using PodManager.Pods;
using PodManager.Units;

namespace PodManager.Lifecycle;

/// <summary>Refuses what an image says and a unit file or the pod's user namespace could not hold. An image's words are never trusted to be harmless.</summary>
internal static class ImageChecks
{
    // (uid_t) -1 in 16 bits, which systemd takes for none (its document "Users, Groups, UIDs and GIDs").
    private const uint NoId = 65535;

    /// <param name="name">The image.</param>
    /// <param name="idCount">How many users the pod has; null if it has the host's.</param>
    /// <param name="image">What it says.</param>
    /// <param name="user">Whom it is to run as.</param>
    /// <param name="workingDirectory">Where.</param>
    /// <exception cref="PodctlException">All faults at once.</exception>
    public static void Check(string name, uint? idCount, ImageConfig image, ImageUser user, string workingDirectory)
    {
        List<string> faults = [];
        if (!workingDirectory.StartsWith('/') || !UnitText.IsLine(workingDirectory))
        {
            faults.Add($"the working directory '{workingDirectory}' is no absolute path");
        }

        if (image.StopSignal.Any(static c => !char.IsAsciiLetterOrDigit(c) && c != '+'))
        {
            faults.Add($"the stop signal '{image.StopSignal}' is none");
        }

        uint[] ids = [user.Uid, user.Gid, .. user.SupplementaryGids];
        if (ids.Max() >= idCount)
        {
            faults.Add($"the id {ids.Max()} is beyond the pod's {idCount}, of which `--private-users=BASE:COUNT` gives it more");
        }

        if (ids.Contains(NoId))
        {
            faults.Add($"the id {NoId} stands for none");
        }

        if (faults.Count > 0)
        {
            throw new PodctlException(ExitCode.RunFailed, $"cannot run image '{name}': {string.Join("; ", faults)}", "`--working-dir` and `--user` override what the image says");
        }
    }
}

using Common.Native;
using PodManager.Lifecycle;

namespace PodManager.Images.Credentials;

/// <summary>Reads files that may hold secrets, and warns of those that others can read.</summary>
internal sealed class SecretFile(IMessageSink messages)
{
    private const uint ByOthers = 0x04;
    private const uint ByGroup = 0x20;

    private readonly HashSet<string> _warned = [];

    /// <param name="path">The file.</param>
    /// <param name="mode">What its permissions are; for <see cref="WarnIfOpen"/>.</param>
    /// <returns>Null if it does not exist.</returns>
    public static byte[]? Read(string path, out FileStatus mode)
    {
        mode = default;
        using Fd? file = HostEnvironment.Open(path);
        if (file is null)
        {
            return null;
        }

        mode = RawFiles.Status(file, [])!.Value;
        return HostEnvironment.Read(file, path);
    }

    /// <summary>To be called when a secret was in it.</summary>
    public void WarnIfOpen(string path, FileStatus status)
    {
        // A group of administrators may share a login; root's own group has no other members.
        bool isOpen = (status.Mode & ByOthers) != 0 || (status.Mode & ByGroup) != 0 && status.Gid != status.Uid;
        if (isOpen && _warned.Add(path))
        {
            messages.Warn($"'{path}' holds passwords and can be read by others, using it all the same (`chmod 600 {path}` closes it)");
        }
    }
}

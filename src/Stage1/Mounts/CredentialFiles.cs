using System.Text.Json;
using Common.Contract;
using Common.Native;
using static Tmds.Linux.LibC;

namespace Stage1.Mounts;

/// <summary>Writes the credentials of apps where the pod's systemd takes them from: in the pod's own root, which is memory and which no app sees.</summary>
internal static class CredentialFiles
{
    private const string SharedDirectory = "/run/credentials";
    private const int SizeLimitBytes = 64 << 20;
    private const uint OwnerOnly = 0x1C0;
    private const uint OwnerReads = 0x100;

    /// <summary>Takes them from the descriptor that podctl has given.</summary>
    public static IReadOnlyList<AppSecret> Receive()
    {
        using Fd file = new(Stage1Protocol.SecretsDescriptor);
        _ = NativeException.ThrowIfFailed(Libc.LSeek(file.Number, 0, SEEK_SET), "lseek", "(credentials)");
        return JsonSerializer.Deserialize(Files.ReadBytes(file, SizeLimitBytes), SecretsJson.Default.AppSecrets)?.Secrets ?? [];
    }

    /// <summary>
    /// systemd mounts a service's credentials in a mount namespace of the moment, from where they come to its own by propagation, and in a container it does not make its root shared for that: this one place is enough.
    /// </summary>
    public static void Share()
    {
        using SafeRoot root = new("/");
        using Fd directory = root.Directory(SharedDirectory, followLinks: false);
        using Fd run = root.Directory("/run", followLinks: false);
        if (Files.Identity(directory).Device != Files.Identity(run).Device)
        {
            return; // done already, for an app that came before
        }

        using Fd mount = MountApi.Create("tmpfs", [("mode", "0755"), ("size", "4m")], MountAttributes.NoSuid | MountAttributes.NoDevices | MountAttributes.NoExec);
        MountApi.Attach(mount, directory, SharedDirectory);
        MountApi.Mount(null, SharedDirectory, null, (ulong)MS_SHARED, null);
    }

    /// <param name="root">The pod's root.</param>
    /// <param name="secrets">What to write; what was there before goes.</param>
    /// <param name="owner">The pod's root user, as this process sees it.</param>
    public static void Write(SafeRoot root, IReadOnlyList<AppSecret> secrets, uint owner)
    {
        foreach (AppSecret secret in secrets)
        {
            string directory = AppSecrets.DirectoryOf(secret.App);
            using Fd parent = Make(root, Path.GetDirectoryName(directory)!, owner);
            using Fd place = Make(root, directory, owner);
            _ = Libc.UnlinkAt(place.Number, secret.Name, 0); // best effort: there is none but of an app that was there before
            using Fd file = Files.OpenAt(place, secret.Name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, OwnerReads);
            Files.WriteAll(file, secret.Content);
            _ = NativeException.ThrowIfFailed(Libc.FChOwn(file.Number, owner, owner), "chown", $"credential '{secret.Name}'");
        }
    }

    private static Fd Make(SafeRoot root, string path, uint owner)
    {
        Fd directory = root.Directory(path, OwnerOnly, followLinks: false);
        _ = NativeException.ThrowIfFailed(Libc.FChOwnAt(directory.Number, "", owner, owner, Libc.AtEmptyPath), "chown", $"'{path}'");
        return directory;
    }
}

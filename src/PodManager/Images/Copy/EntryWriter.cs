using System.Text;
using Common.Native;
using PodManager.Images.Tar;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Copy;

/// <summary>
/// Makes single files in an open directory, which somebody else may be changing at the same moment. Everything but a directory is made under a name of its
/// own and renamed: nothing is half there, and nothing that is there is ever opened to be written to.
/// </summary>
/// <param name="ids">Whose users the files get.</param>
/// <param name="keepsOwners">Owners stay as they are, by number; else all is root's.</param>
/// <param name="overwrites">Directories may take the place of files, and the other way round.</param>
internal sealed class EntryWriter(IdShift ids, bool keepsOwners, bool overwrites)
{
    private const uint PrivateFile = 0x180; // 0600 until the owner is set
    private const uint PrivateDirectory = 0x1c0;
    private const uint SetIds = 0xC00;
    private readonly bool _isOfPod = !ReferenceEquals(ids, IdShift.None);

    /// <summary>Opens a directory, making it if it is not there.</summary>
    /// <param name="parent">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="shown">For messages.</param>
    /// <param name="isNew">It has been made, and <see cref="Finish"/> is to be called when all is in it. One that was there stays as it is.</param>
    public Fd Directory(Fd parent, byte[] name, string shown, out bool isNew)
    {
        using FileUser user = FileUser.Enter(ids.Root);
        FileStatus? there = RawFiles.Status(parent, name);
        if (there is { IsDirectory: false })
        {
            if (!overwrites)
            {
                throw CopyRefusal.OnFile(shown);
            }

            Replaceable(there.Value, shown);
            _ = RawFiles.TryRemoveFile(parent, name);
        }

        isNew = RawFiles.TryMakeDirectory(parent, name, PrivateDirectory);
        return RawFiles.Open(parent, name, O_RDONLY | O_DIRECTORY);
    }

    /// <summary>Owner, attributes, mode and time; the owner first, since chown(2) takes bits of the mode away.</summary>
    public void Finish(Fd file, TarEntry entry, string shown)
    {
        (uint uid, uint gid) = OwnerOf(entry, shown);
        RawFiles.SetOwner(file, uid, gid);
        foreach (TarAttribute attribute in entry.Attributes)
        {
            try
            {
                RawFiles.SetAttribute(file, attribute.Name, attribute.Value);
            }
            catch (NativeException e) when (e.Errno is Errno.EOPNOTSUPP or Errno.EPERM)
            {
                break; // a file system without, such as a tmpfs of an older kernel
            }
        }

        RawFiles.SetMode(file, ModeOf(entry));
        RawFiles.SetNodeTime(file, entry.ModifiedSeconds, entry.ModifiedNanoseconds);
    }

    /// <param name="parent">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="shown">For messages.</param>
    /// <param name="entry">What it is to be like.</param>
    /// <param name="fill">Writes its content.</param>
    public void File(Fd parent, byte[] name, string shown, TarEntry entry, Action<Fd> fill) => Replace(parent, name, shown, temporary =>
    {
        using Fd file = RawFiles.Open(parent, temporary, O_WRONLY | O_CREAT | O_EXCL, PrivateFile);
        fill(file);
        Finish(file, entry, shown);
    });

    /// <summary>A symbolic link or a fifo.</summary>
    public void Special(Fd parent, byte[] name, string shown, TarEntry entry) => Replace(parent, name, shown, temporary =>
    {
        bool isLink = entry.Type == TarEntryType.SymbolicLink;
        _ = isLink ? RawFiles.TryMakeSymbolicLink(parent, temporary, entry.LinkTarget) : RawFiles.TryMakeNode(parent, temporary, FileStatus.Fifo | PrivateFile, 0, 0);

        // Whoever has put something else there meanwhile must not get that another owner.
        using Fd? made = RawFiles.TryOpenNode(parent, temporary);
        if (made is null || RawFiles.Status(made, [])?.Type != (isLink ? FileStatus.SymbolicLink : FileStatus.Fifo))
        {
            throw CopyRefusal.Of($"'{shown}' was changed by somebody else while it was made");
        }

        if (isLink)
        {
            (uint uid, uint gid) = OwnerOf(entry, shown);
            RawFiles.SetOwner(made, uid, gid);
            RawFiles.SetNodeTime(made, entry.ModifiedSeconds, entry.ModifiedNanoseconds);
        }
        else
        {
            Finish(made, entry, shown);
        }
    });

    /// <summary>Another name of a file that has been made.</summary>
    /// <returns>False if it is not there any more, or on another mount.</returns>
    public bool TryHardLink(Fd parent, byte[] name, string shown, Fd targetParent, byte[] targetName, ulong inode)
    {
        if (RawFiles.Status(targetParent, targetName) is not { IsDirectory: false } target || target.Inode != inode)
        {
            return false;
        }

        if (RawFiles.Status(parent, name)?.Inode == inode)
        {
            return true; // rename(2) of one name of a file to another does nothing, and would leave both
        }

        try
        {
            Replace(parent, name, shown, temporary => RawFiles.TryMakeHardLink(targetParent, targetName, parent, temporary));
            return true;
        }
        catch (NativeException e) when (e.Errno is Errno.EXDEV or Errno.ENOENT or Errno.EPERM)
        {
            return false;
        }
    }

    /// <summary>Renames want the same user as what makes files (EOVERFLOW).</summary>
    private void Replace(Fd parent, byte[] name, string shown, Action<byte[]> make)
    {
        using FileUser user = FileUser.Enter(ids.Root);
        FileStatus? there = RawFiles.Status(parent, name);
        if (there is { IsDirectory: true })
        {
            if (!overwrites)
            {
                throw CopyRefusal.OnDirectory(shown);
            }

            NotMounted(there.Value, shown);
        }
        else if (there is not null)
        {
            Replaceable(there.Value, shown);
        }

        string temporaryName = $".podctl-{Guid.NewGuid():N}.tmp";
        byte[] temporary = Encoding.ASCII.GetBytes(temporaryName);
        try
        {
            make(temporary);
            if (there is { IsDirectory: true })
            {
                TreeRemover.Remove(parent, name);
            }

            RawFiles.Rename(parent, temporary, parent, name);
        }
        catch (Exception e)
        {
            _ = RawFiles.TryRemoveFile(parent, temporary);
            if (e is NativeException native && native.Target.Contains(temporaryName, StringComparison.Ordinal))
            {
                throw new NativeException(native.Call, $"'{shown}'", native.Errno); // under a name that tells the user something
            }

            throw;
        }
    }

    // From outside of the pod's mount namespace a rename would take the mount away, and with it whatever is written there later.
    private static void NotMounted(FileStatus there, string shown)
    {
        if (there.IsMountRoot)
        {
            throw CopyRefusal.Of($"'{shown}' is mounted from elsewhere, and is not replaced", "write to a volume's source, or from within, as by `podctl exec --interactive POD sh -c 'cat >FILE'`");
        }
    }

    private static void Replaceable(FileStatus there, string shown)
    {
        NotMounted(there, shown);
        if (there.Type is FileStatus.CharacterDevice or FileStatus.BlockDevice or FileStatus.Socket)
        {
            throw CopyRefusal.Of($"'{shown}' is a {(there.Type == FileStatus.Socket ? "socket" : "device")}, which is not replaced", "`-` as DST writes an archive to standard output");
        }
    }

    private (uint Uid, uint Gid) OwnerOf(TarEntry entry, string shown) => keepsOwners
        ? (HostId(entry.Uid, shown), HostId(entry.Gid, shown))
        : (ids.Root, ids.Root);

    private uint HostId(uint id, string shown) => ids.ToHost(id) ?? throw CopyRefusal.Of($"the owner {id} of '{shown}' is none of the pod's users", "without --archive the pod's root owns it");

    /// <summary>Setuid and setgid bits are for an owner: with another one they would say something else. What a pod gives is not to become the host's root's by them.</summary>
    private uint ModeOf(TarEntry entry)
    {
        bool keepsIds = keepsOwners || entry.Type == TarEntryType.Directory || (_isOfPod && entry.Uid == 0 && entry.Gid == 0);
        return keepsIds ? entry.Mode : entry.Mode & ~SetIds;
    }
}

using PodManager.Pods;

namespace PodManager.Lifecycle;

/// <summary>Reads an image's merged file system without mounting it: layers, whiteouts and links are followed as overlay and chroot(2) would.</summary>
internal interface IImageRoot
{
    /// <summary>Finds a path as a process inside the image's root would see it, following links everywhere, never leaving the root.</summary>
    /// <returns>Null if nothing is there (or a link loops).</returns>
    ImageFile? Find(string path);

    /// <summary>
    /// Resolves `USER`, `UID`, `USER:GROUP`, `:GROUP`… with the image's /etc/passwd and /etc/group as Docker does: a number need not be listed there,
    /// a name must; supplementary groups are those that list the user, unless a group is given. Empty stands for root.
    /// </summary>
    /// <exception cref="PodctlException">A name is not listed, or a number is out of range.</exception>
    ImageUser FindUser(string user);
}

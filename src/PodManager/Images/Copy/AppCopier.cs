using Common.Native;
using Microsoft.Win32.SafeHandles;
using PodManager.Images.Layers;
using PodManager.Lifecycle;
using PodManager.Pods;

namespace PodManager.Images.Copy;

/// <summary>`podctl cp`: finds both ends of a copy, and decides by <see cref="CopyRules"/> what goes where.</summary>
internal sealed class AppCopier(IMessageSink messages) : IAppCopier
{
    private const int StandardInput = 0;

    public async Task CopyInAsync(CopyOptions options, AppTree target, CancellationToken ct)
    {
        using CopyPlace app = CopyPlace.OfApp(target.Root!, target.Ids);
        if (options.HostPath == CopyOptions.Stream)
        {
            await using FileStream input = OpenStandardInput();
            await ExtractAsync(options, app, input, ct);
            return;
        }

        using CopyPlace host = CopyPlace.OfHost();
        CopyPath path = new(options.HostPath);
        using CopyNode source = Open(() => host.Open(path), path, "");
        Copy(options, source, path, app, new CopyPath(options.PodPath), " in the pod", ct);
    }

    public void CopyOut(CopyOptions options, AppTree source, Action<ReadOnlyMemory<byte>> output, CancellationToken ct)
    {
        CopyPath path = new(options.PodPath);
        using CopyPlace? app = source.Root is { } root ? CopyPlace.OfApp(root, source.Ids) : null;

        // An app that was never started has changed nothing; what lies on top must be the upper directory, whose owners are the pod's.
        using MergedTree? tree = app is null ? new MergedTree(source.Upper is { } upper ? [.. source.Layers, upper] : source.Layers) : null;
        using CopyNode node = Open(() => app is not null ? app.Open(path) : Merged(tree!, path, source), path, " in the pod");
        if (options.HostPath == CopyOptions.Stream)
        {
            Refuse(node, path);
            using PieceStream stream = new(output);
            new TreeArchiver(stream, messages.Note, ct).Write(node, node.Status.IsDirectory && path.IsContent ? "."u8.ToArray() : path.Name);
            return;
        }

        using CopyPlace host = CopyPlace.OfHost();
        Copy(options, node, path, host, new CopyPath(options.HostPath), "", ct);
    }

    private static MergedNode Merged(MergedTree tree, CopyPath path, AppTree source)
    {
        MergedEntry entry = MergedPath.Resolve(tree, path.Bytes) ?? throw new NativeException("open", $"'{path.Text}'", Errno.ENOENT);
        return path.WantsDirectory && !entry.Status.IsDirectory
            ? throw new NativeException("open", $"'{path.Text}'", Errno.ENOTDIR)
            : new MergedNode(tree, entry, source.Upper is null ? IdShift.None : source.Ids);
    }

    private static CopyNode Open(Func<CopyNode> open, CopyPath path, string where)
    {
        try
        {
            return open();
        }
        catch (NativeException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP or Errno.EACCES or Errno.ENAMETOOLONG)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot read '{path.Text}'{where}: {e.Reason}");
        }
    }

    private void Copy(CopyOptions options, CopyNode source, CopyPath path, CopyPlace place, CopyPath targetPath, string where, CancellationToken ct)
    {
        Refuse(source, path);
        using CopyTarget target = Find(place, targetPath, where);
        EntryWriter writer = new(place.Ids, options.KeepsOwners, options.Overwrites);
        CopyWay way = CopyRules.Decide(source.Status.IsDirectory, path.IsContent, target.Kind, targetPath.WantsDirectory, options.Overwrites);
        TreeWriter tree = new(writer, target.Directory, messages.Note, ct);
        try
        {
            switch (way)
            {
                case CopyWay.As:
                    tree.Copy(source, target.Name);
                    break;
                case CopyWay.Into:
                    tree.Copy(source, path.Name);
                    break;
                case CopyWay.Content:
                    tree.CopyContent(source);
                    break;
                case CopyWay.NoSuchDirectory:
                    throw CopyRefusal.Of($"there is no directory '{targetPath.Text}'{where}");
                case CopyWay.NoDirectory:
                    throw CopyRefusal.Of($"'{targetPath.Text}'{where} is no directory");
                default:
                    throw CopyRefusal.OnFile(targetPath.Text);
            }
        }
        catch (NativeException failure)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot copy '{path.Text}' to '{targetPath.Text}'{where}", cause: failure);
        }
    }

    private static CopyTarget Find(CopyPlace place, CopyPath path, string where)
    {
        try
        {
            return place.Find(path);
        }
        catch (NativeException e)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot write to '{path.Text}'{where}: {(e.Errno == Errno.ENOENT ? "its directory does not exist" : e.Reason)}");
        }
    }

    private static void Refuse(CopyNode source, CopyPath path)
    {
        if (!source.IsCopied)
        {
            throw CopyRefusal.Of($"'{path.Text}' is a device or a socket, which is not copied");
        }

        if (source.IsAnonymousPipe)
        {
            throw CopyRefusal.Of($"'{path.Text}' is a pipe, which has no file to copy", "`podctl exec --interactive POD sh -c 'cat >FILE'` takes a stream, `podctl cp - POD:DIRECTORY` an archive");
        }

        if (!source.Status.IsDirectory && source.IsOfKernel)
        {
            throw CopyRefusal.Of($"'{path.Text}' is the kernel's own, which is not copied", "`podctl exec POD cat FILE` reads it");
        }
    }

    private async Task ExtractAsync(CopyOptions options, CopyPlace app, Stream input, CancellationToken ct)
    {
        CopyPath path = new(options.PodPath);
        using CopyTarget target = Find(app, path, " in the pod");
        if (target.Kind != TargetKind.Directory)
        {
            throw CopyRefusal.Of($"'{options.PodPath}' in the pod is no directory, which an archive needs", $"`podctl exec POD mkdir -p {options.PodPath}` makes it");
        }

        try
        {
            await using Stream plain = await Decompression.OpenAsync(input, ct);
            new ArchiveExtractor(new EntryWriter(app.Ids, options.KeepsOwners, options.Overwrites), target.Directory, messages.Note, ct).Extract(plain);
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or IOException or NativeException or ZstdSharp.ZstdException)
        {
            throw new PodctlException(ExitCode.Failed, $"cannot unpack standard input to '{options.PodPath}' in the pod", cause: failure);
        }
    }

    private static FileStream OpenStandardInput() => Libc.IsATty(StandardInput) == 1
        ? throw new PodctlException(ExitCode.Usage, "standard input is a terminal", "pipe an archive into podctl")
        : new FileStream(new SafeFileHandle(StandardInput, ownsHandle: false), FileAccess.Read, bufferSize: 0);
}

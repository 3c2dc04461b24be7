using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Images.Copy;

/// <summary>Where paths are looked up: the host, or the root of an app that is up, out of which no path and no link leads (openat2(2), RESOLVE_IN_ROOT).</summary>
internal sealed class CopyPlace : IDisposable
{
    private const int LinkLimit = 40; // path_resolution(7)

    private readonly Fd _root;
    private readonly Files.Resolve _resolve;
    private readonly byte[] _start;

    private CopyPlace(Fd root, Files.Resolve resolve, byte[] start, IdShift ids)
    {
        _root = root;
        _resolve = resolve;
        _start = start;
        Ids = ids;
    }

    public IdShift Ids { get; }

    /// <summary>The host, paths counting from the working directory.</summary>
    public static CopyPlace OfHost() => new(Files.Open("/", O_PATH | O_DIRECTORY), 0, System.Text.Encoding.UTF8.GetBytes(Environment.CurrentDirectory), IdShift.None);

    /// <param name="root">An app's root, which stays the caller's.</param>
    /// <param name="ids">Its pod's.</param>
    public static CopyPlace OfApp(Fd root, IdShift ids) => new(RawFiles.Reopen(root, O_PATH | O_DIRECTORY), Files.Resolve.InRoot | Files.Resolve.NoMagicLinks, "/"u8.ToArray(), ids);

    /// <summary>What a path names, links followed.</summary>
    /// <exception cref="NativeException">Nothing is there.</exception>
    public LiveNode Open(CopyPath path) => LiveNode.Of(OpenAny(Absolute(path.Bytes), path.WantsDirectory ? O_DIRECTORY : 0), Ids);

    /// <summary>Finds the directory and the name that something is to be written under; a link at the end leads on, as everywhere.</summary>
    /// <exception cref="NativeException">The directory is missing.</exception>
    public CopyTarget Find(CopyPath path)
    {
        byte[] current = Absolute(path.Bytes);
        for (int links = 0; links < LinkLimit; links++)
        {
            int slash = current.AsSpan().LastIndexOf((byte)'/');
            byte[] name = current[(slash + 1)..];
            if (name.Length == 0 || name.AsSpan().SequenceEqual("."u8) || name.AsSpan().SequenceEqual(".."u8))
            {
                return new CopyTarget(OpenAny(current, O_DIRECTORY), [], TargetKind.Directory);
            }

            Fd parent = OpenAny(slash == 0 ? "/"u8 : current.AsSpan(0, slash), O_DIRECTORY);
            FileStatus? status = RawFiles.Status(parent, name);
            if (status is { IsSymbolicLink: true })
            {
                using Fd above = parent;
                byte[] target = RawFiles.ReadLink(parent, name);
                current = target is [(byte)'/', ..] ? target : [.. current.AsSpan(0, slash + 1), .. target];
            }
            else if (status is { IsDirectory: true })
            {
                using Fd above = parent;
                return new CopyTarget(RawFiles.Open(parent, name, O_PATH | O_DIRECTORY), [], TargetKind.Directory);
            }
            else
            {
                return new CopyTarget(parent, name, status is null ? TargetKind.Missing : TargetKind.File);
            }
        }

        throw new NativeException("open", $"'{path.Text}'", Errno.ELOOP);
    }

    public void Dispose() => _root.Dispose();

    private byte[] Absolute(byte[] path) => path is [(byte)'/', ..] ? path : [.. _start, (byte)'/', .. path];

    private Fd OpenAny(ReadOnlySpan<byte> path, int flags) => RawFiles.TryOpenInRoot(_root, path, O_PATH | flags, out Errno errno, _resolve)
        ?? throw new NativeException("open", $"'{ByteText.Escape(path)}'", errno);
}

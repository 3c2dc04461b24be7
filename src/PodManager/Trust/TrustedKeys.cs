using System.Text;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Trust;

/// <summary>
/// Keys in files, as rkt kept them: `root.d/FINGERPRINT` and `prefix.d/PREFIX/FINGERPRINT`, below the administrator's directory and the distribution's.
/// An empty file of the administrator's masks one of the distribution's.
/// </summary>
/// <param name="local">The administrator's, `/etc/podctl/trustedkeys`.</param>
/// <param name="vendor">The distribution's, `/usr/lib/podctl/trustedkeys`.</param>
internal sealed class TrustedKeys(string local, string vendor) : ITrustedKeys
{
    private const int KeyBytes = 64 * 1024;
    private const uint PublicDirectory = 0x1ed; // 0755
    private const uint PublicFile = 0x1a4; // 0644

    /// <summary>The keys that count for an image, and the scopes that were looked at.</summary>
    public (IReadOnlyList<TrustedKey> Keys, IReadOnlyList<TrustScope> Scopes) For(ImageRef image)
    {
        List<TrustScope> scopes = [.. Scopes().Where(scope => scope.Contains(image)).OrderByDescending(static scope => scope.Prefix?.Length ?? 0)];
        return ([.. scopes.SelectMany(KeysOf).Where(static entry => !entry.IsMasked).Select(TrustedKey)], scopes);
    }

    public IReadOnlyList<TrustedKeySummary> List() =>
        [.. Scopes().SelectMany(KeysOf).Select(static entry => new TrustedKeySummary(entry.Scope, entry.Key.Fingerprint, entry.Key.TypeName, entry.Path, entry.IsMasked))];

    public KeyFile ReadKey(string path)
    {
        try
        {
            using Fd file = Files.Open(path, O_RDONLY);
            string? problem = PublicKey.TryParse(Files.ReadText(file, KeyBytes), out PublicKey? key);
            return problem is null
                ? new KeyFile(key!.Fingerprint, key.TypeName, key.Pem)
                : throw new PodctlException(ExitCode.Usage, $"'{path}' is no public key that can be trusted: {problem}", "cosign writes such a file as cosign.pub");
        }
        catch (NativeException failure) when (failure.Errno == Errno.ENOENT)
        {
            throw new PodctlException(ExitCode.NotFound, $"no key file '{path}'");
        }
    }

    public string Add(TrustScope scope, KeyFile key)
    {
        string directory = DirectoryOf(local, scope);
        MakeDirectories(directory);
        string path = Path.Combine(directory, key.Fingerprint.ToString());
        Files.Replace(path, Encoding.ASCII.GetBytes(key.Pem), PublicFile);
        return path;
    }

    public string Remove(TrustScope scope, KeyFingerprint key)
    {
        string path = Path.Combine(DirectoryOf(local, scope), key.ToString());
        bool isVendors = File.Exists(Path.Combine(DirectoryOf(vendor, scope), key.ToString()));
        bool isMasked = File.Exists(path) && new FileInfo(path).Length == 0;
        if (isMasked || !isVendors && !File.Exists(path))
        {
            throw new PodctlException(ExitCode.NotFound, $"the key {key} is not trusted for {scope}", "`podctl trust list` shows the keys that are");
        }

        if (isVendors)
        {
            MakeDirectories(Path.GetDirectoryName(path)!);
            Files.Replace(path, [], PublicFile);
            return path;
        }

        File.Delete(path);
        if (scope.Prefix is not null && Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).Length == 0)
        {
            Directory.Delete(Path.GetDirectoryName(path)!);
        }

        return path;
    }

    private static string DirectoryOf(string top, TrustScope scope) => scope.FileName is null ? Path.Combine(top, "root.d") : Path.Combine(top, "prefix.d", scope.FileName);

    private static void MakeDirectories(string directory)
    {
        if (!Directory.Exists(directory))
        {
            MakeDirectories(Path.GetDirectoryName(directory)!);
            _ = Files.MakeDirectory(directory: null, directory, PublicDirectory);
        }
    }

    private IEnumerable<TrustScope> Scopes()
    {
        SortedSet<string> names = new(StringComparer.Ordinal);
        foreach (string top in (string[])[local, vendor])
        {
            // Whoever may write a directory above may put another one in this one's place.
            _ = TrustFiles.CheckDirectory(Path.GetDirectoryName(top)!);
            if (TrustFiles.CheckDirectory(top))
            {
                names.UnionWith(TrustFiles.List(Path.Combine(top, "prefix.d")));
            }
        }

        yield return TrustScope.Root;
        foreach (string name in names)
        {
            yield return TrustScope.FromFileName(name) ?? throw new PodctlException(
                ExitCode.NotPermitted,
                $"cannot say who is trusted: '{name}' in '{Path.Combine(local, "prefix.d")}' or '{Path.Combine(vendor, "prefix.d")}' stands for no prefix",
                "`podctl trust add --prefix=PREFIX KEYFILE` makes such directories");
        }
    }

    private IEnumerable<Entry> KeysOf(TrustScope scope)
    {
        string localDirectory = DirectoryOf(local, scope);
        string vendorDirectory = DirectoryOf(vendor, scope);
        IReadOnlyList<string> ofVendor = TrustFiles.List(vendorDirectory);
        foreach (string name in TrustFiles.List(localDirectory).Union(ofVendor).Order(StringComparer.Ordinal))
        {
            string localPath = Path.Combine(localDirectory, name);
            string vendorPath = Path.Combine(vendorDirectory, name);
            byte[]? content = TrustFiles.Read(localPath, KeyBytes);
            bool isMasked = content is { Length: 0 };
            bool isVendors = content is null || isMasked;
            content = isVendors ? TrustFiles.Read(vendorPath, KeyBytes) : content;
            if (content is null or { Length: 0 })
            {
                continue; // a mask without a key, or a key that was removed this moment
            }

            string path = isVendors ? vendorPath : localPath;
            yield return new Entry(scope, Parse(path, name, content), path, isMasked, isVendors ? localPath : null);
        }
    }

    private static PublicKey Parse(string path, string name, byte[] content)
    {
        string? problem = PublicKey.TryParse(Encoding.UTF8.GetString(content), out PublicKey? key);
        if (problem is null && key!.Fingerprint.ToString() != name)
        {
            problem = $"its fingerprint is {key.Fingerprint}";
        }

        return problem is null
            ? key!
            : throw new PodctlException(
                ExitCode.NotPermitted, $"cannot say who is trusted: '{path}' is not the key that its name stands for: {problem}", "`podctl trust add` gives a key's file the right name");
    }

    private TrustedKey TrustedKey(Entry entry)
    {
        List<TrustEvidence> evidence = [TrustFiles.Presence(entry.Path), TrustFiles.Presence(Path.GetDirectoryName(entry.Path)!)];
        if (entry.MaskPath is not null)
        {
            evidence.Add(TrustFiles.Presence(entry.MaskPath));
        }

        return new TrustedKey(entry.Key, entry.Scope.ToString(), evidence);
    }

    /// <summary>A key and where it was found.</summary>
    /// <param name="Scope">For which images.</param>
    /// <param name="Key">The key.</param>
    /// <param name="Path">Its file.</param>
    /// <param name="IsMasked">It does not count.</param>
    /// <param name="MaskPath">The distribution's only: the file that would mask it.</param>
    private sealed record Entry(TrustScope Scope, PublicKey Key, string Path, bool IsMasked, string? MaskPath);
}

using Common.Native;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Store;

/// <summary>Where images and layers lie below the data directory. Only root may enter: layers hold other systems' setuid programs.</summary>
internal sealed class ImagePaths(string dataDirectory)
{
    private const uint PrivateDirectory = 0x1c0; // 0700
    private const uint PrivateFile = 0x180; // 0600
    private const int LongestFileName = 240;

    public string Data { get; } = dataDirectory;

    public string Images { get; } = Path.Combine(dataDirectory, "images");

    /// <summary>Manifests, configurations and indexes by digest.</summary>
    public string Blobs { get; } = Path.Combine(dataDirectory, "images", "blobs");

    /// <summary>One file per image, by the digest of its manifest; the time of its last change is the image's last use.</summary>
    public string Records { get; } = Path.Combine(dataDirectory, "images", "records");

    /// <summary>One file per name, which says which image has it.</summary>
    public string Names { get; } = Path.Combine(dataDirectory, "images", "names");

    public string Layers { get; } = Path.Combine(dataDirectory, "layers");

    /// <summary>A digest as a file's name.</summary>
    public static string FileName(Digest digest) => $"{digest.Algorithm}-{digest.Hex}";

    public string Blob(Digest digest) => Path.Combine(Blobs, FileName(digest));

    public string Record(Digest image) => Path.Combine(Records, FileName(image) + ".json");

    public string Name(string name)
    {
        string escaped = name.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal);
        if (System.Text.Encoding.UTF8.GetByteCount(escaped) > LongestFileName)
        {
            byte[] hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name));
            escaped = "%" + Convert.ToHexStringLower(hash);
        }

        return Path.Combine(Names, escaped + ".json");
    }

    /// <summary>Makes the directories; what is there already is left alone.</summary>
    public void Create()
    {
        foreach (string directory in (ReadOnlySpan<string>)[Images, Blobs, Records, Names, Layers])
        {
            if (!Directory.Exists(directory))
            {
                _ = Directory.CreateDirectory(Path.GetDirectoryName(Data)!);
                _ = Files.MakeDirectory(directory: null, Data, PrivateDirectory);
                _ = Files.MakeDirectory(directory: null, directory, PrivateDirectory);
            }
        }
    }

    /// <summary>
    /// Takes the lock under which records, names and complete layers appear and disappear. It is held for moments only: neither a transfer nor the
    /// deletion of a tree happens under it.
    /// </summary>
    public Fd Lock()
    {
        Fd file = Files.Open(Path.Combine(Images, "lock"), O_RDWR | O_CREAT, PrivateFile);
        Files.Lock(file, exclusive: true);
        return file;
    }
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace System.Tests.Harness;

/// <summary>An image as a registry has it: a manifest, and blobs by digest. Its parts can be made to disagree.</summary>
internal sealed class OciImage
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    private const string ConfigType = "application/vnd.oci.image.config.v1+json";
    private const string LayerType = "application/vnd.oci.image.layer.v1.tar+gzip";

    private OciImage(byte[] manifest, Dictionary<string, byte[]> blobs, string layerDigest)
    {
        Manifest = manifest;
        Blobs = blobs;
        LayerDigest = layerDigest;
    }

    public byte[] Manifest { get; }

    public Dictionary<string, byte[]> Blobs { get; }

    /// <summary>Of the top layer.</summary>
    public string LayerDigest { get; }

    /// <summary>The busybox that the test host has as a layout.</summary>
    public static OciImage Busybox()
    {
        const string layout = "/images/busybox";
        byte[] Blob(string digest) => File.ReadAllBytes($"{layout}/blobs/{digest.Replace(':', '/')}");

        JsonNode index = JsonNode.Parse(File.ReadAllText($"{layout}/index.json"))!;
        byte[] manifest = Blob(index["manifests"]![0]!["digest"]!.GetValue<string>());
        JsonNode parsed = JsonNode.Parse(manifest)!;
        string[] digests = [parsed["config"]!["digest"]!.GetValue<string>(), .. parsed["layers"]!.AsArray().Select(static layer => layer!["digest"]!.GetValue<string>())];
        return new OciImage(manifest, digests.ToDictionary(static digest => digest, Blob), digests[^1]);
    }

    /// <summary>Busybox with more in its configuration.</summary>
    /// <param name="change">Given the `config` object.</param>
    public static OciImage WithConfig(Action<JsonObject> change)
    {
        OciImage busybox = Busybox();
        JsonNode manifest = JsonNode.Parse(busybox.Manifest)!;
        string configDigest = manifest["config"]!["digest"]!.GetValue<string>();
        JsonNode config = JsonNode.Parse(busybox.Blobs[configDigest])!;
        change(config["config"]!.AsObject());
        byte[] configBytes = Encoding.UTF8.GetBytes(config.ToJsonString());
        manifest["config"] = Descriptor(ConfigType, Digest(configBytes), configBytes.Length);
        Dictionary<string, byte[]> blobs = new(busybox.Blobs) { [Digest(configBytes)] = configBytes };
        _ = blobs.Remove(configDigest);
        return new OciImage(Encoding.UTF8.GetBytes(manifest.ToJsonString()), blobs, busybox.LayerDigest);
    }

    /// <summary>Busybox with one more layer.</summary>
    /// <param name="tar">The layer.</param>
    /// <param name="compressed">What the registry has of it; the right thing by default.</param>
    /// <param name="diffId">What the configuration says it is; the right thing by default.</param>
    /// <param name="sizeBytes">What the manifest says the compressed layer's size is; the right thing by default.</param>
    /// <param name="isAlone">Without busybox.</param>
    public static OciImage WithLayer(byte[] tar, byte[]? compressed = null, string? diffId = null, long? sizeBytes = null, bool isAlone = false)
    {
        OciImage busybox = Busybox();
        compressed ??= Compress(tar);
        JsonNode manifest = JsonNode.Parse(busybox.Manifest)!;
        string configDigest = manifest["config"]!["digest"]!.GetValue<string>();
        JsonNode config = JsonNode.Parse(busybox.Blobs[configDigest])!;
        config["rootfs"]!["diff_ids"]!.AsArray().Add((JsonNode)(diffId ?? Digest(tar)));
        _ = config.AsObject().Remove("history");
        if (isAlone)
        {
            config["rootfs"]!["diff_ids"]!.AsArray().RemoveAt(0);
            manifest["layers"]!.AsArray().RemoveAt(0);
        }

        byte[] configBytes = Encoding.UTF8.GetBytes(config.ToJsonString());
        string layer = Digest(compressed);
        manifest["config"] = Descriptor(ConfigType, Digest(configBytes), configBytes.Length);
        manifest["layers"]!.AsArray().Add((JsonNode)Descriptor(LayerType, layer, sizeBytes ?? compressed.Length));
        Dictionary<string, byte[]> blobs = new(busybox.Blobs) { [Digest(configBytes)] = configBytes, [layer] = compressed };
        _ = blobs.Remove(configDigest);
        return new OciImage(Encoding.UTF8.GetBytes(manifest.ToJsonString()), blobs, layer);
    }

    /// <summary>An archive of these entries.</summary>
    public static byte[] Tar(params TarEntry[] entries)
    {
        using MemoryStream bytes = new();
        using (TarWriter writer = new(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (TarEntry entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return bytes.ToArray();
    }

    public static TarEntry Text(string name, string text) => new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    public static TarEntry Link(string name, string target) => new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target };

    public static TarEntry HardLink(string name, string target) => new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = target };

    public static byte[] Compress(byte[] bytes)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    public static string Digest(byte[] bytes) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";

    /// <summary>Bytes that do not compress, the same every time.</summary>
    public static byte[] Noise(int count)
    {
        byte[] bytes = new byte[count];
        ulong state = 88172645463325252;
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan());
        foreach (ref ulong word in words)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word = state;
        }

        return bytes;
    }

    private static JsonObject Descriptor(string type, string digest, long sizeBytes) =>
        new() { ["mediaType"] = type, ["digest"] = digest, ["size"] = JsonSerializer.SerializeToNode(sizeBytes) };
}

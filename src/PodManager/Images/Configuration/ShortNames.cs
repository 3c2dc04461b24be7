using System.Text;
using Common.Native;
using PodManager.Pods;

namespace PodManager.Images.Configuration;

/// <summary>
/// Tells cheaply whether registries.conf may say anything about a short name, so that a start of an image that is in the store parses nothing. A name
/// with its registry written out is not looked up at all.
/// </summary>
internal static class ShortNames
{
    public static bool MayBeChanged(HostEnvironment host, RegistryRef image)
    {
        if (image.ShortName is not { } name)
        {
            return false;
        }

        byte[] words = Encoding.UTF8.GetBytes(name);
        foreach (string path in RegistriesConfiguration.Files(host))
        {
            using Fd? file = HostEnvironment.Open(path);
            if (file is not null && Mentions(HostEnvironment.Read(file, path), words))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Mentions(ReadOnlySpan<byte> content, ReadOnlySpan<byte> name)
    {
        foreach (Range range in content.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = content[range].TrimStart(" \t"u8);
            bool isComment = line.StartsWith("#"u8);

            // A backslash may spell a name in another way.
            if (!isComment && (line.IndexOf(name) >= 0 || line.IndexOf("unqualified-search-registries"u8) >= 0 || line.IndexOf((byte)'\\') >= 0))
            {
                return true;
            }
        }

        return false;
    }
}

using Common.Native;

namespace PodManager.Images.Layers;

/// <summary>A name from an archive as a path below the layer's root: no empty components, no `.` and no `..`.</summary>
internal sealed class EntryPath
{
    private const int WhiteoutPrefixLength = 4;
    private readonly byte[] _path;
    private readonly int _nameStart;

    private EntryPath(byte[] path)
    {
        _path = path;
        _nameStart = path.AsSpan().LastIndexOf((byte)'/') + 1;
    }

    /// <summary>Components with `/` between them; empty for the root itself.</summary>
    public ReadOnlySpan<byte> Bytes => _path;

    public bool IsRoot => _path.Length == 0;

    /// <summary>The last component.</summary>
    public ReadOnlySpan<byte> Name => _path.AsSpan(_nameStart);

    /// <summary>The path of the directory that holds it; empty for the root.</summary>
    public ReadOnlySpan<byte> Parent => _path.AsSpan(0, Math.Max(0, _nameStart - 1));

    /// <summary>Whether the entry says that a lower layer's file is gone, or that a directory hides its namesake (OCI image-spec, layer.md).</summary>
    public bool IsWhiteout => Name.StartsWith(".wh."u8);

    public bool IsOpaqueMark => Name.SequenceEqual(".wh..wh..opq"u8);

    /// <summary>Whether it belongs to the inner workings of aufs, which wrote the first images.</summary>
    public bool IsInternal => !IsOpaqueMark && (_path.AsSpan().StartsWith(".wh..wh."u8) || _path.AsSpan().IndexOf("/.wh..wh."u8) >= 0);

    /// <summary>The name that a whiteout hides.</summary>
    public ReadOnlySpan<byte> Hidden => Name[WhiteoutPrefixLength..];

    /// <summary>An absolute name counts from the layer's root, as everywhere.</summary>
    /// <exception cref="InvalidDataException">The name leads out of the layer, or below a whiteout.</exception>
    public static EntryPath Parse(ReadOnlySpan<byte> name)
    {
        byte[] path = new byte[name.Length];
        int length = 0;
        foreach (Range range in name.Split((byte)'/'))
        {
            ReadOnlySpan<byte> component = name[range];
            if (component.IsEmpty || component.SequenceEqual("."u8))
            {
                continue;
            }

            if (component.SequenceEqual(".."u8))
            {
                length = length > 0
                    ? Math.Max(0, path.AsSpan(0, length).LastIndexOf((byte)'/'))
                    : throw new InvalidDataException($"the name '{ByteText.Escape(name)}' leads out of the layer");
                continue;
            }

            if (length > 0)
            {
                path[length++] = (byte)'/';
            }

            component.CopyTo(path.AsSpan(length));
            length += component.Length;
        }

        EntryPath result = new(length == path.Length ? path : path[..length]);
        return result.IsInternal || !(result.Parent.StartsWith(".wh."u8) || result.Parent.IndexOf("/.wh."u8) >= 0)
            ? result
            : throw new InvalidDataException($"the name '{result}' lies below a whiteout");
    }

    public override string ToString() => IsRoot ? "." : ByteText.Escape(_path);
}

using System.Text;

namespace PodManager.Images.Copy;

/// <summary>A path on the command line, with what its end says.</summary>
internal sealed record CopyPath
{
    public CopyPath(string text)
    {
        Text = text;
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int end = bytes.Length;
        bool isContent = false;

        // `a/.` is the content of a; so is a path that has no name of its own to give.
        while (end > 0 && (bytes[end - 1] == '/' || (bytes[end - 1] == '.' && (end == 1 || bytes[end - 2] == '/'))))
        {
            isContent |= bytes[end - 1] == '.';
            end--;
        }

        EndsInSlash = bytes.Length > 0 && bytes[^1] == '/';
        int start = bytes.AsSpan(0, end).LastIndexOf((byte)'/') + 1;
        Name = bytes[start..end];
        bool hasName = Name.Length > 0 && !Name.AsSpan().SequenceEqual(".."u8);
        IsContent = isContent || !hasName;
        Bytes = end > 0 ? bytes[..end] : bytes is [(byte)'/', ..] ? "/"u8.ToArray() : "."u8.ToArray();
    }

    public string Text { get; }

    /// <summary>Without what is at its end.</summary>
    public byte[] Bytes { get; }

    /// <summary>The last component.</summary>
    public byte[] Name { get; }

    public bool EndsInSlash { get; }

    /// <summary>It ends in `/.`, or has no name: `/`, `.`, `..`.</summary>
    public bool IsContent { get; }

    /// <summary>Only a directory can be meant.</summary>
    public bool WantsDirectory => EndsInSlash || IsContent;
}

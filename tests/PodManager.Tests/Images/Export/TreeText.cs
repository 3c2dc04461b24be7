using Common.Native;
using PodManager.Images;
using static Tmds.Linux.LibC;

namespace PodManager.Tests.Images.Export;

/// <summary>A directory tree as text, a line per entry with all that an image can say about it.</summary>
internal static class TreeText
{
    public static IReadOnlyList<string> Of(string path)
    {
        using Fd root = Files.Open(path, O_RDONLY | O_DIRECTORY);
        List<string> lines = [];
        Dictionary<ulong, string> linked = [];
        Add(root, ".", lines, linked);
        return lines;
    }

    private static void Add(Fd root, string path, List<string> lines, Dictionary<ulong, string> linked)
    {
        byte[] name = ByteText.Unescape(path);
        FileStatus status = RawFiles.Status(root, name)!.Value;
        string first = status.IsDirectory || linked.TryAdd(status.Inode, path) ? "" : $" = {linked[status.Inode]}";
        string content = status.Type switch
        {
            FileStatus.Regular => $" {status.SizeBytes} {HashOf(root, name)}",
            FileStatus.SymbolicLink => $" -> {ByteText.Escape(RawFiles.ReadLink(root, name))}",
            FileStatus.CharacterDevice or FileStatus.BlockDevice => $" {status.SpecialMajor}:{status.SpecialMinor}",
            _ => "",
        };
        IEnumerable<string> attributes = RawFiles.ListAttributes(root, name)
            .Select(attribute => $" {ByteText.Escape(attribute)}={Convert.ToHexString(RawFiles.GetAttribute(root, name, attribute)!)}").Order(StringComparer.Ordinal);
        string time = status.IsWhiteout ? "" : $" {status.ModifiedSeconds}.{status.ModifiedNanoseconds:D9}"; // a mark has none
        lines.Add($"{path} {Convert.ToString(status.Mode, 8)} {status.Uid}:{status.Gid}{time}{content}{string.Concat(attributes)}{first}");
        if (status.IsDirectory)
        {
            using Fd directory = RawFiles.Open(root, name, O_RDONLY | O_DIRECTORY);
            foreach (string child in DirectoryReader.ReadAll(directory, path).Select(static entry => ByteText.Escape(entry.Name)).Order(StringComparer.Ordinal))
            {
                Add(root, path == "." ? child : $"{path}/{child}", lines, linked);
            }
        }
    }

    private static string HashOf(Fd root, byte[] name)
    {
        using Fd file = RawFiles.Open(root, name, O_RDONLY);
        return ContentHash.Of(Files.ReadBytes(file, 64 << 20)).Hex[..12];
    }
}

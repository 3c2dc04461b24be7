using System.Globalization;
using System.Text;

namespace PodManager.Tests.Images.Tar;

/// <summary>Writes archives header by header, the bad ones too.</summary>
internal sealed class TarBuilder
{
    private const int BlockSize = 512;
    private readonly List<byte> _archive = [];

    public long Length => _archive.Count;

    /// <summary>The archive with its end mark.</summary>
    public byte[] Build() => [.. _archive.ToArray(), .. new byte[2 * BlockSize]];

    public byte[] BuildWithoutEnd() => _archive.ToArray();

    public TarBuilder Raw(byte[] bytes)
    {
        _archive.AddRange(bytes);
        return this;
    }

    public TarBuilder File(string name, string content = "", uint mode = 0x1a4, uint uid = 0, uint gid = 0, long time = 0) =>
        Entry(name, '0', mode, uid, gid, time, content: Encoding.UTF8.GetBytes(content));

    public TarBuilder Folder(string name, uint mode = 0x1ed, uint uid = 0, uint gid = 0, long time = 0) => Entry(name, '5', mode, uid, gid, time);

    public TarBuilder Symlink(string name, string target, uint uid = 0, uint gid = 0, long time = 0) => Entry(name, '2', 0x1ff, uid, gid, time, target);

    public TarBuilder HardLink(string name, string target) => Entry(name, '1', link: target);

    public TarBuilder Device(string name, char type, uint major, uint minor, uint mode = 0x1b0) => Entry(name, type, mode, change: header =>
    {
        Octal(header, 329, 8, major);
        Octal(header, 337, 8, minor);
    });

    public TarBuilder Entry(
        string name, char type, uint mode = 0x1a4, uint uid = 0, uint gid = 0, long time = 0, string link = "", byte[]? content = null, Action<byte[]>? change = null) =>
        Entry(Encoding.UTF8.GetBytes(name), type, mode, uid, gid, time, Encoding.UTF8.GetBytes(link), content, change);

    /// <param name="name">At most 100 bytes; longer ones are cut, as ahead of them goes a header with the whole.</param>
    /// <param name="type">The type flag.</param>
    /// <param name="mode">Permission bits.</param>
    /// <param name="uid">The owner.</param>
    /// <param name="gid">The group.</param>
    /// <param name="time">Seconds.</param>
    /// <param name="link">The target.</param>
    /// <param name="content">Follows the header.</param>
    /// <param name="change">Alters the header before its checksum is made.</param>
    public TarBuilder Entry(
        byte[] name, char type, uint mode = 0x1a4, uint uid = 0, uint gid = 0, long time = 0, byte[]? link = null, byte[]? content = null, Action<byte[]>? change = null)
    {
        byte[] header = new byte[BlockSize];
        name.AsSpan(0, Math.Min(name.Length, 100)).CopyTo(header);
        Octal(header, 100, 8, mode);
        Octal(header, 108, 8, uid);
        Octal(header, 116, 8, gid);
        Octal(header, 124, 12, content?.Length ?? 0);
        Octal(header, 136, 12, time);
        header[156] = (byte)type;
        (link ?? []).AsSpan(0, Math.Min(link?.Length ?? 0, 100)).CopyTo(header.AsSpan(157));
        "ustar\000"u8.CopyTo(header.AsSpan(257));
        change?.Invoke(header);
        SetChecksum(header);
        _archive.AddRange(header);
        return Content(content ?? []);
    }

    /// <summary>An extended header for the next entry.</summary>
    public TarBuilder Pax(params (string Key, string Value)[] records) =>
        Pax([.. records.Select(static record => (Encoding.UTF8.GetBytes(record.Key), Encoding.UTF8.GetBytes(record.Value)))]);

    public TarBuilder Pax(params (byte[] Key, byte[] Value)[] records) => Entry("pax", 'x', content: [.. records.SelectMany(static record => Record(record.Key, record.Value))]);

    public TarBuilder LongName(string name) => Entry("././@LongLink", 'L', content: [.. Encoding.UTF8.GetBytes(name), 0]);

    public TarBuilder LongLink(string target) => Entry("././@LongLink", 'K', content: [.. Encoding.UTF8.GetBytes(target), 0]);

    public static void Octal(byte[] header, int offset, int length, long value) =>
        Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(length - 1, '0')).CopyTo(header.AsSpan(offset));

    /// <summary>GNU's form for numbers that octal digits cannot hold.</summary>
    public static void Binary(byte[] header, int offset, int length, long value)
    {
        for (int i = length - 1; i >= 0; i--)
        {
            header[offset + i] = (byte)value;
            value >>= 8;
        }

        header[offset] |= 0x80;
    }

    private TarBuilder Content(byte[] content)
    {
        _archive.AddRange(content);
        _archive.AddRange(new byte[-content.Length & (BlockSize - 1)]);
        return this;
    }

    private static byte[] Record(byte[] key, byte[] value)
    {
        byte[] rest = [(byte)' ', .. key, (byte)'=', .. value, (byte)'\n'];
        int length = rest.Length;
        string digits = "";
        while (digits.Length + rest.Length != length || digits.Length == 0)
        {
            length = digits.Length + rest.Length;
            digits = (digits.Length == 0 ? length + 1 : length).ToString(CultureInfo.InvariantCulture);
        }

        return [.. Encoding.ASCII.GetBytes((digits.Length + rest.Length).ToString(CultureInfo.InvariantCulture)), .. rest];
    }

    private static void SetChecksum(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header, 148, 7, header.Sum(static value => (int)value));
        header[154] = 0;
    }
}

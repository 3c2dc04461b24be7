using System.Text;
using PodManager.Tests.Images.Tar;

namespace PodManager.Tests.Fuzzing;

/// <summary>Archives in all formats there are, and how their checksums are made right.</summary>
internal static class TarSeeds
{
    private const int BlockSize = 512;
    private static readonly string LongName = string.Join('/', Enumerable.Repeat(new string('n', 60), 4));

    public static byte[][] All =>
    [
        new TarBuilder().Folder("usr/").File("usr/tool", "content", mode: 0x9ed, uid: 1000, gid: 2000, time: 1700000000).Symlink("usr/link", "tool").HardLink("usr/hard", "usr/tool").Device("null", '3', 1, 3).Device("disk", '4', 8, 1).Entry("fifo", '6').Build(),
        new TarBuilder().LongName(LongName).LongLink(LongName + "/target").Symlink("cut", "cut").File("usr/.wh.gone").File("usr/.wh..wh..opq").Build(),
        new TarBuilder().Pax(("path", LongName), ("linkpath", LongName + "/t"), ("uid", "3000000"), ("gid", "4000000"), ("mtime", "-1.25"), ("comment", "x"), ("SCHILY.xattr.security.capability", "\u0001\u0002"), ("size", "5"))
            .File("short", "12345").Entry("global", 'g', content: "19 comment=default\n"u8.ToArray()).File("after", "x").Build(),
        new TarBuilder().Entry("prefixed", '0', change: static header => "some/where"u8.CopyTo(header.AsSpan(345))).Entry("large", '0', change: static header => TarBuilder.Binary(header, 108, 8, 4_000_000_000)).Build(),
        GnuSparse(),
        new TarBuilder().Pax(("GNU.sparse.size", "8192"), ("GNU.sparse.numblocks", "2"), ("GNU.sparse.offset", "0"), ("GNU.sparse.numbytes", "3"), ("GNU.sparse.offset", "4096"), ("GNU.sparse.numbytes", "2")).File("sparse", "abcde").Build(),
        new TarBuilder().Pax(("GNU.sparse.name", "sparse"), ("GNU.sparse.size", "8192"), ("GNU.sparse.map", "0,3,4096,2")).File("GNUSparseFile.0/sparse", "abcde").Build(),
        new TarBuilder().Pax(("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "sparse"), ("GNU.sparse.realsize", "8192")).File("GNUSparseFile.0/sparse", "2\n0\n3\n4096\n2\n".PadRight(BlockSize, '\0') + "abcde").Build(),
        new TarBuilder().Entry("old/", '\0').Entry("older", '\0', content: "x"u8.ToArray(), change: static header => header.AsSpan(257, 8).Clear()).File("end", new string('e', 700)).BuildWithoutEnd(),
    ];

    public static string[] Words =>
    [
        "\0", "\0\0\0\0\0\0\0\0", "77777777777", "7777777", "\u0080\0\0\0\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "\u0080\0\0\0\u0080\0\0\0\0\0\0\0", "../", "/", "./", "..", ".wh.", ".wh..wh..opq",
        "ustar\0", "ustar  \0", "tar\0", "x", "g", "L", "K", "S", "V", "0", "1", "2", "5", "D", "M", "30 GNU.sparse.realsize=99999999\n", "24 GNU.sparse.major=1\n", "25 GNU.sparse.map=9,-9,1\n", "22 GNU.sparse.offset=\n", "20 mtime=.-99999999\n", "12 path=\0/x\n", "8 size=\n",
        "20 size=-9999999999\n", new string('\0', BlockSize), "\n", "=", " ", ",", "1048576\n", "99999999999\n",
    ];

    /// <summary>Of every block that looks like a header.</summary>
    public static void Repair(byte[] archive)
    {
        for (int at = 0; at + BlockSize <= archive.Length; at += BlockSize)
        {
            Span<byte> block = archive.AsSpan(at, BlockSize);
            if (!block.Slice(257, 5).SequenceEqual("ustar"u8))
            {
                continue;
            }

            block.Slice(148, 8).Fill((byte)' ');
            int sum = 0;
            foreach (byte value in block)
            {
                sum += value;
            }

            _ = Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", block[148..]);
        }
    }

    private static byte[] GnuSparse() => new TarBuilder().Entry("sparse", 'S', content: "abcde"u8.ToArray(), change: static header =>
    {
        "ustar  \0"u8.CopyTo(header.AsSpan(257));
        foreach ((int index, long offset, long length) in new[] { (0, 0L, 3L), (1, 4096L, 2L), (2, 8192L, 0L) })
        {
            TarBuilder.Octal(header, 386 + (index * 24), 12, offset);
            TarBuilder.Octal(header, 398 + (index * 24), 12, length);
        }

        TarBuilder.Octal(header, 483, 12, 8192);
    }).File("after", "x").Build();
}

using System.Globalization;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Images;

/// <summary>An image's /etc/passwd and /etc/group (passwd(5), group(5)). A line that is damaged is passed over, as getpwnam(3) does.</summary>
internal sealed class UserDatabase(IImageRoot root)
{
    // What it is does not depend on files, which an image need not have.
    private const string Root = "root";

    private const int FileLimit = 16 << 20;
    private const int PasswdFields = 6; // the shell may be missing
    private const int GroupFields = 3;

    /// <summary>As <see cref="IImageRoot.FindUser"/>.</summary>
    public ImageUser Resolve(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string user = colon < 0 ? text : text[..colon];
        string group = colon < 0 ? "" : text[(colon + 1)..];
        List<string[]> passwd = Read("/etc/passwd", PasswdFields);
        uint? number = ParseId(user is "" or Root ? "0" : user, text);

        // A name that consists of digits is a name, if it is listed.
        string[]? line = passwd.Find(fields => fields[0] == user) ?? (number is null ? null : passwd.Find(fields => Id(fields[2]) == number));
        uint uid = (line is null ? number : Id(line[2])) ?? throw Unknown("user", user, "/etc/passwd", text);
        string? name = line?[0] ?? (user == Root ? Root : null);
        string home = line is null || line[5].Length == 0 ? "/" : line[5];
        List<string[]> groups = Read("/etc/group", GroupFields);
        if (group.Length > 0)
        {
            return new ImageUser(uid, ResolveGroup(group, groups, text), [], name, home);
        }

        uint gid = line is null ? 0 : Id(line[3]) ?? 0;
        return new ImageUser(uid, gid, line is null ? [] : GroupsOf(line[0], groups), name, home);
    }

    private static uint ResolveGroup(string group, List<string[]> groups, string text)
    {
        uint? number = ParseId(group == Root ? "0" : group, text);
        string[]? line = groups.Find(fields => fields[0] == group);
        return (line is null ? number : Id(line[2])) ?? throw Unknown("group", group, "/etc/group", text);
    }

    private static List<uint> GroupsOf(string user, List<string[]> groups) =>
    [
        .. groups
            .Where(fields => fields.Length > 3 && fields[3].Split(',', StringSplitOptions.TrimEntries).Contains(user))
            .Select(static fields => Id(fields[2]))
            .OfType<uint>()
            .Distinct()
            .Order(),
    ];

    private List<string[]> Read(string path, int fieldCount)
    {
        ImageFile? file = root.Find(path);
        if (file is null || !file.IsRegular)
        {
            return [];
        }

        using Fd open = Files.Open(file.HostPath, O_RDONLY | O_NOFOLLOW);
        return
        [
            .. Files.ReadText(open, FileLimit)
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(static line => line[0] != '#')
                .Select(static line => line.Split(':'))
                .Where(fields => fields.Length >= fieldCount && fields[0].Length > 0 && Id(fields[2]) is not null),
        ];
    }

    private static uint? Id(string text) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) && id < uint.MaxValue ? id : null;

    private static uint? ParseId(string text, string whole) => !text.All(char.IsAsciiDigit)
        ? null
        : Id(text) ?? throw new PodctlException(ExitCode.Failed, $"cannot run as '{whole}': '{text}' is out of range");

    private static PodctlException Unknown(string kind, string name, string path, string whole) =>
        new(ExitCode.Failed, $"cannot run as '{whole}': the image has no {kind} '{name}' in {path}", "a numeric id need not be listed there");
}

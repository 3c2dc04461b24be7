using PodManager.Images;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Images;

public sealed class UserDatabaseTests : IDisposable
{
    private readonly FakeImageRoot _root = new FakeImageRoot()
        .Add("/etc/passwd", """
            # comment
            root:x:0:0:root:/root:/bin/sh
            broken line
            bad:x:notanumber:5::/bad:/bin/sh
            app:x:1000:1001:App,,,:/home/app:/bin/bash
            nohome:x:1002:1002:::
            noshell:x:1003:1003::/srv
            77:x:1077:1078::/seven:/bin/sh
            huge:x:4294967295:1::/:/bin/sh
            """)
        .Add("/etc/group", """
            root:x:0:
            wheel:x:10:root,app
            app:x:1001:
            data:x:2000:other, app
            bad:x:x:app
            five:x:5:app,app
            88:x:1088:
            """);

    private readonly FakeImageRoot _empty = new();

    public void Dispose()
    {
        _root.Dispose();
        _empty.Dispose();
    }

    [Theory]
    [InlineData("", 0, 0, "root", "/root", new uint[] { 10 })]
    [InlineData("root", 0, 0, "root", "/root", new uint[] { 10 })]
    [InlineData("0", 0, 0, "root", "/root", new uint[] { 10 })]
    [InlineData("app", 1000, 1001, "app", "/home/app", new uint[] { 5, 10, 2000 })]
    [InlineData("1000", 1000, 1001, "app", "/home/app", new uint[] { 5, 10, 2000 })]
    [InlineData("app:data", 1000, 2000, "app", "/home/app", new uint[0])]
    [InlineData("app:4321", 1000, 4321, "app", "/home/app", new uint[0])]
    [InlineData("1234:data", 1234, 2000, null, "/", new uint[0])]
    [InlineData(":data", 0, 2000, "root", "/root", new uint[0])]
    [InlineData("app:", 1000, 1001, "app", "/home/app", new uint[] { 5, 10, 2000 })]
    [InlineData("1234", 1234, 0, null, "/", new uint[0])]
    [InlineData("1234:5678", 1234, 5678, null, "/", new uint[0])]
    [InlineData("nohome", 1002, 1002, "nohome", "/", new uint[0])]
    [InlineData("noshell", 1003, 1003, "noshell", "/srv", new uint[0])]
    [InlineData("77", 1077, 1078, "77", "/seven", new uint[0])] // a name of digits
    [InlineData("app:88", 1000, 1088, "app", "/home/app", new uint[0])]
    public void Users_and_groups_are_found(string text, uint uid, uint gid, string? name, string home, uint[] groups)
    {
        ImageUser user = new UserDatabase(_root).Resolve(text);

        Assert.Equal((uid, gid, name, home), (user.Uid, user.Gid, user.Name, user.Home));
        Assert.Equal(groups, user.SupplementaryGids);
    }

    [Theory]
    [InlineData("stranger")]
    [InlineData("app:strangers")]
    [InlineData("bad")]
    [InlineData("huge")]
    [InlineData("4294967295")]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    [InlineData("app:4294967295")]
    [InlineData("app:data:x")]
    public void What_is_not_listed_is_refused(string text) => Assert.Throws<PodctlException>(() => new UserDatabase(_root).Resolve(text));

    [Fact]
    public void Without_the_files_numbers_still_count()
    {
        UserDatabase users = new(_empty);

        Assert.Equal((0u, 0u, "/"), (users.Resolve("").Uid, users.Resolve("").Gid, users.Resolve("").Home));
        Assert.Equal((7u, 8u), (users.Resolve("7:8").Uid, users.Resolve("7:8").Gid));
        Assert.Equal((0u, 0u, "root"), (users.Resolve("root:root").Uid, users.Resolve("root:root").Gid, users.Resolve("root").Name));
        _ = Assert.Throws<PodctlException>(() => users.Resolve("app"));
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;
using PodManager.Commands.Manifests;
using PodManager.Lifecycle;
using PodManager.Output;
using PodManager.Pods;
using PodManager.Store;
using Xunit;

namespace PodManager.Tests.Commands.Manifests;

/// <summary>What `cat-manifest` prints of a pod makes an equal pod.</summary>
public sealed class ManifestRoundTripTests
{
    private static readonly StoredImage Image = new(
        Digest.TryParse("sha256:" + new string('a', 64), out Digest? id) ? id : throw new FormatException(),
        "registry.example/shop/web:1.0",
        new ImageConfig
        {
            Entrypoint = ["/bin/web"],
            Command = ["--all", "a\nb\t\u2028\u0085\u001b\"\\' # :", "", "yes", "01", "é😀", "- x"],
            Environment = ["A=image", "PATH=/bin", "Z=", "L=1\n2"],
            User = "www:www",
            WorkingDirectory = "/srv",
            Volumes = ["/data", "/cache"],
            Health = new ImageHealth { Test = ["CMD-SHELL", "check\n"], Interval = TimeSpan.FromSeconds(11) },
            Labels = new Dictionary<string, string> { ["org.example.one"] = "1", ["b"] = "image", ["a key: #\n" + new string('k', 2000)] = "x", [""] = "nothing", ["zero"] = "\0" },
        },
        ["/layers/one/root"]);

    [Theory]
    [InlineData("")]
    [InlineData("--name=shop")]
    [InlineData("--private-users=no", "--oom-score-adj=-5")]
    [InlineData("--private-users=300000000")]
    [InlineData("--private-users=300000001:200000", "--user=150000 --group=150001")]
    [InlineData("--set-env=A=pod --set-env=M=a=b --inherit-env")]
    [InlineData("--volume=v,kind=empty,mode=01777,uid=3,gid=4,readOnly=yes --mount=volume=v,target=/data/x", "--mount=volume=v,target=/data")]
    [InlineData("--volume=v,kind=host,source=/usr,readOnly=yes,recursive=no,idmap=no -v /etc:/host-etc:ro", "-v /var:/v")]
    [InlineData("", "--name=one --after=two --restart=always")]
    [InlineData("", "--credential=token:/etc/hostname --credential=key:/etc/passwd")]
    [InlineData("", "--stdin=stream --stdout=null --stderr=stream")]
    [InlineData("", "--stdin=tty --stdout=tty")]
    [InlineData("", "--exec=/bin/web --user=7 --group=8 --supplementary-gids=1,2 --working-dir=/x/")]
    [InlineData("", "-- x y")]
    [InlineData("", "-e A=app -e AC_APP_NAME=other -e ZZ=")]
    [InlineData("", "--readonly-rootfs --no-new-privs --memory=64M --cpu=1500m --cpu-shares=3 --pids-limit=9 --oom-score-adj=5")]
    [InlineData("", "--memory=8P --cpu=0.0005 --cpu=2")]
    [InlineData("--memory=1Gi --cpu=0.5 --cpu-shares=7 --pids-limit=8 --io-weight=9 --io-limit=/,read=10M,write-iops=5 --io-limit=/usr,write=none", "--io-weight=3 --ulimit=nofile=1024:4096 --ulimit=core=unlimited --ulimit=nproc=5:unlimited")]
    [InlineData("", "--caps-retain=KILL,NET_ADMIN,SYS_ADMIN")]
    [InlineData("", "--notify")]
    [InlineData("", "--notify=no --annotation=appc.io/executor/supports-systemd-notify=true")]
    [InlineData("", "--health-cmd=none")]
    [InlineData("", "--health-cmd=[\"check\",\"\"] --health-interval=1m30s --health-timeout=1.5s --health-retries=7 --health-start-period=1h --health-start-interval=250ms --health-on-failure=kill")]
    [InlineData("", "--health-retries=2")]
    [InlineData("", "--caps-remove=CAP_KILL")]
    [InlineData("", "--caps-remove=AUDIT_WRITE,CHOWN,DAC_OVERRIDE,FSETID,FOWNER,KILL,MKNOD,NET_RAW,NET_BIND_SERVICE,SETUID,SETGID,SETPCAP,SETFCAP,SYS_CHROOT")]
    [InlineData("", "--seccomp=mode=retain,read,write,@mount")]
    [InlineData("", "--seccomp=mode=remove,mkdir:EPERM,rmdir:kill,chown:4000")]
    [InlineData("", "--seccomp=mode=retain,errno=ENOSYS,read,write,mkdir:EROFS")]
    [InlineData("", "--seccomp=mode=retain,@rkt/default-whitelist,mkdir:EROFS")]
    [InlineData("", "--seccomp=mode=retain,errno=EACCES,@appc.io/all")]
    [InlineData("", "--seccomp=mode=retain,@appc.io/empty")]
    [InlineData("", "--seccomp=mode=retain,@rkt/default-whitelist")]
    [InlineData("", "--seccomp=mode=retain,errno=ENOSYS,@docker/default-whitelist,kcmp,setns,foo,read --caps-retain=SYS_PTRACE,SYS_NICE")]
    [InlineData("--private-users=no", "--seccomp=mode=retain,@rkt/default-whitelist,@keyring,io_uring_enter,io_uring_register,io_uring_setup,userfaultfd,setns,unshare,get_mempolicy,mbind,migrate_pages,move_pages,set_mempolicy,kcmp")]
    [InlineData("", "--seccomp=mode=retain,@rkt/default-whitelist,@keyring,io_uring_enter,io_uring_register,io_uring_setup,userfaultfd,setns,unshare,get_mempolicy,mbind,migrate_pages,move_pages,set_mempolicy,kcmp")]
    [InlineData("", "--seccomp=mode=remove,@rkt/default-blacklist")]
    [InlineData("", "--seccomp=mode=remove,errno=EPERM,ptrace")]
    [InlineData("", "--seccomp=mode=remove,@appc.io/empty")]
    [InlineData("--annotation=a=b --user-annotation=c=d=e --user-label=f= --user-label=a=b", "--annotation=g=h --user-annotation=i=j --user-label=b=own")]
    public async Task Of_every_flag(string podFlags, string appFlags = "")
    {
        static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        CommandLineHarness harness = new();
        _ = await harness.RunAsync(["prepare", .. Words(podFlags), "web", .. Words(appFlags), "---", "web", "--name=two"]);
        PodRecord original = Design(harness.Prepare!.Value.Pod);
        string json = JsonText.Write(ManifestWriter.ViewOf(original), ManifestJson.Default.PodManifestView, isPretty: true);
        foreach (string text in new[] { json, json.Replace("\n", "", StringComparison.Ordinal), YamlText.Of(json) })
        {
            Assert.Equal(Comparable(original), Comparable(Design(Read(text))));
        }
    }

    [Fact]
    public void Both_forms_are_a_promise()
    {
        PodRecord pod = Design(Read("""
            version: 1
            name: shop
            privateUsers: false
            volumes: [{name: data, kind: empty, mode: 0700}, {name: /etc, kind: host, source: /etc, readOnly: true}]
            apps:
            - {image: web, after: [b], mounts: [{volume: data, target: /data}], cpu: 1500m, memory: 64Mi, supplementaryGids: [1, 2], readOnlyRoot: true}
            - {image: web, name: b, exec: [/bin/web, "a: b", "yes", ""], capabilities: {retain: []}, seccomp: {mode: remove, errno: EPERM, calls: [ptrace, "@mount"]}}
            userLabels: {k: v}
            """), Image with { Config = Image.Config with { Labels = new Dictionary<string, string> { ["b"] = "image" } } });
        string json = JsonText.Write(ManifestWriter.ViewOf(pod), ManifestJson.Default.PodManifestView, isPretty: true);
        Golden.Verify("output/manifest.json", json + "\n");
        Golden.Verify("output/manifest.yaml", YamlText.Of(json));
    }

    [Fact]
    public void Of_a_pod_that_was_started_without_its_protections()
    {
        PodRecord designed = Design(Read("version: 1\napps:\n- image: web\n- {image: web, name: b, seccomp: {mode: remove, calls: [ptrace]}}\n"));
        StartOptions start = new() { Mode = RunMode.Foreground, InsecureOptions = InsecureOptions.Capabilities | InsecureOptions.Seccomp };
        PodRecord started = new PodPlanner(designed, start, "xterm", 0).Record;
        PodOptions again = Read(JsonText.Write(ManifestWriter.ViewOf(started), ManifestJson.Default.PodManifestView, isPretty: true));
        Assert.Equal(Comparable(started), Comparable(new PodPlanner(Design(again), start, "xterm", 0).Record));
    }

    [Fact]
    public void Of_a_pod_with_a_terminal()
    {
        StartOptions start = new() { Mode = RunMode.Interactive };
        PodRecord started = new PodPlanner(Design(Read("version: 1\napps:\n- image: web\n")), start, "xterm", 0).Record;
        PodOptions again = Read(JsonText.Write(ManifestWriter.ViewOf(started), ManifestJson.Default.PodManifestView, isPretty: true));
        Assert.Equal(Comparable(started), Comparable(new PodPlanner(Design(again), start, "other", 0).Record));
    }

    [Fact]
    public void The_image_is_the_one_that_the_manifest_means()
    {
        PodOptions other = Read($"version: 1\napps:\n- image: web\n  imageId: sha256:{new string('b', 64)}\n");
        PodctlException e = Assert.Throws<PodctlException>(() => Design(other));
        Assert.Contains($"app 'web' is to have the image 'sha256:{new string('b', 64)}', and 'web' is 'sha256:aaa", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Labels_of_an_image_are_the_app_s_unless_it_has_its_own()
    {
        PodApp app = Design(Read("version: 1\napps:\n- image: web\n  userLabels: {b: own, c: d}\n")).Apps[0];
        IReadOnlyDictionary<string, string> labels = app.Notes!.UserLabels!;
        Assert.Equal(("1", "own", "d"), (labels["org.example.one"], labels["b"], labels["c"]));
        Assert.False(labels.ContainsKey(""));
    }

    [Fact]
    public void A_record_of_before_there_were_notes_is_read()
    {
        PodRecord record = Records.New("a");
        string json = JsonSerializer.Serialize(record, PodJson.Default.PodRecord);
        Assert.DoesNotContain("notes", json, StringComparison.Ordinal);
        Assert.Null(JsonSerializer.Deserialize(json, PodJson.Default.PodRecord)!.Notes);
    }

    [Theory]
    [InlineData("ERRNO", "ALLOW")]
    [InlineData("KILL_PROCESS", "ALLOW")]
    [InlineData("ALLOW", "ERRNO")]
    public async Task Of_a_profile_for_system_calls(string usual, string other)
    {
        string file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $$$"""{"defaultAction": "SCMP_ACT_{{{usual}}}", "syscalls": [{"names": ["{{{(other == "ALLOW" ? "execve\", \"write" : "read")}}}", "mkdir"], "action": "SCMP_ACT_{{{other}}}"}, {"names": ["rmdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5}]}""", TestContext.Current.CancellationToken);
        PodOptions options = (await CommandLineHarness.OptionsOf("web", $"--seccomp={file}")).Pod;
        File.Delete(file);
        PodRecord record = Design(options);
        string manifest = JsonSerializer.Serialize(ManifestWriter.ViewOf(record), ManifestJson.Default.PodManifestView);
        Assert.Equal(Comparable(record), Comparable(Design(Read(manifest))));
    }

    private static PodOptions Read(string text)
    {
        ManifestFaults faults = new("pod.yaml");
        PodOptions? pod = ManifestReader.Read(text, faults);
        Assert.Empty(faults.Told());
        return pod!;
    }

    private static PodRecord Design(PodOptions options, StoredImage? image = null) =>
        PodDesigner.Design(PodId.New(), options, [.. options.Apps.Select(_ => image ?? Image)], static _ => new Root(), DateTimeOffset.UtcNow) with
        {
            PrivateUsers = options.PrivateUsers.IsPrivate ? options.PrivateUsers.Given ?? new Common.Contract.IdRange(0x40000000, 65536) : null,
        };

    /// <summary>pod.json, but for what is every pod's own.</summary>
    private static string Comparable(PodRecord record)
    {
        JsonObject json = JsonSerializer.SerializeToNode(record, PodJson.Default.PodRecord)!.AsObject();
        Assert.All(["uuid", "created", "hostname"], name => Assert.True(json.Remove(name)));
        return json.ToJsonString();
    }

    private sealed class Root : IImageRoot
    {
        public ImageFile? Find(string path) => path == "/bin/web" ? new ImageFile(path, 0x81ED, 0, 0) : null;

        public ImageUser FindUser(string user) => user == "www:www" ? new(33, 34, [], "www", "/www")
            : user.Split(':') is [var uid, var gid] ? new ImageUser(uint.Parse(uid), uint.Parse(gid), [], null, "/") : throw new NotSupportedException(user);
    }
}

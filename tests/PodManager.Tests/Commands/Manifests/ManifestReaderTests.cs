using PodManager.Commands.Manifests;
using PodManager.Lifecycle;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Commands.Manifests;

public sealed class ManifestReaderTests
{
    private const string Head = "version: 1\napps:\n- image: web\n";

    [Fact]
    public void Everything_is_read()
    {
        PodOptions pod = Read("""
            # a pod
            version: 1
            name: shop
            privateUsers: false
            volumes:
            - {name: src, kind: host, source: /usr, readOnly: true, recursive: false, idmap: false}
            - name: data
              kind: empty
              mode: 0700
              uid: 5
              gid: 6
            apps:
            - name: web
              image: docker://registry.example/web:1
              imageId: sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
              exec: [/bin/web, "--on=1 2", '']
              user: 1000
              group: "www"
              supplementaryGids: [7, 8]
              workingDirectory: /srv/../var
              environment:
                COUNTRY: NO
                NUMBER: 010
                FLOAT: 1e3
                EMPTY: ""
                LINES: |
                  a
                  b
              mounts:
              - {volume: data, target: /data/below}
              - {volume: src, target: data}
              after: [db]
              restart: on-failure
              readOnlyRoot: true
              noNewPrivileges: true
              capabilities: {retain: [net_admin, CAP_KILL]}
              seccomp: {mode: remove, errno: EACCES, calls: [ptrace, "@mount"]}
              memory: 1.5Gi
              cpu: 500m
              cpuShares: 512
              pidsLimit: 100
              oomScoreAdjust: -5
              annotations: {a: b}
              userAnnotations: {c: d}
              userLabels: {e: "1"}
            - image: db
              args: [x]
            annotations: {f: g}
            userAnnotations: {h: i}
            userLabels: {j: k}
            """);
        Assert.Equal(("shop", PodUsers.Host), (pod.Name.ToString(), pod.PrivateUsers));
        Assert.Equal(
            [
                new PodVolume { Name = "src", Source = "/usr", IsReadOnly = true, IsRecursive = false, IsIdMapped = false },
                new PodVolume { Name = "data", Mode = 0x1C0, Uid = 5, Gid = 6 },
            ],
            pod.Volumes);
        AppOptions web = pod.Apps[0];
        Assert.Equal(("web", "docker://registry.example/web:1", "sha256:" + new string('a', 64)), (web.Name.ToString(), web.Image, web.ImageId!.ToString()));
        Assert.Equal("/bin/web", web.Exec);
        Assert.Equal(["--on=1 2", ""], web.Arguments);
        Assert.Equal(("1000", "www", "/var"), (web.User, web.Group, web.WorkingDirectory));
        Assert.Equal([7u, 8u], web.SupplementaryGids);
        Assert.Equal(["COUNTRY=NO", "NUMBER=010", "FLOAT=1e3", "EMPTY=", "LINES=a\nb\n"], web.Environment);
        Assert.Equal([new VolumeMount("src", "/data"), new VolumeMount("data", "/data/below")], web.Mounts);
        Assert.Equal("db", Assert.Single(web.After).ToString());
        Assert.Equal(RestartPolicy.OnFailure, web.Restart);
        Assert.True(web.Isolation.ReadOnlyRoot && web.Isolation.NoNewPrivileges && web.HasSystemCallOption);
        Assert.Equal(["CAP_NET_ADMIN", "CAP_KILL"], web.Isolation.Capabilities);
        Assert.Equal((false, "EACCES"), (web.Isolation.SystemCalls!.IsAllowList, web.Isolation.SystemCalls.Errno));
        Assert.Equal(["ptrace", "@mount"], web.Isolation.SystemCalls.Names);
        Assert.Equal((3L << 29, 500, 512, 100, -5), (web.Isolation.MemoryBytes!.Value, web.Isolation.CpuMillis!.Value, web.Isolation.CpuShares!.Value, web.Isolation.Tasks!.Value, web.Isolation.OomScoreAdjustment!.Value));
        Assert.Equal(("b", "d", "1"), (web.Notes!.Annotations!["a"], web.Notes.UserAnnotations!["c"], web.Notes.UserLabels!["e"]));
        Assert.Equal(("g", "i", "k"), (pod.Notes!.Annotations!["f"], pod.Notes.UserAnnotations!["h"], pod.Notes.UserLabels!["j"]));
        Assert.Equal((null, null), (pod.Apps[1].Exec, pod.Apps[1].Name));
        Assert.Equal(["x"], pod.Apps[1].Arguments);
    }

    [Theory]
    [InlineData("{\"version\":1,\"apps\":[{\"image\":\"web\",\"args\":[\"http://x:1/\",\"\\ud83d\\ude00\\/\"]}]}")]
    [InlineData("{\n\t\"version\":\t1,\n\t\"apps\": [\n\t\t{\n\t\t\t\"image\": \"web\",\n\t\t\t\"args\": [\n\t\t\t\t\"http://x:1/\",\n\t\t\t\t\"\\ud83d\\ude00/\"\n\t\t\t]\n\t\t}\n\t]\n}\n")]
    [InlineData("---\r\nversion: 1\r\napps:\r\n  - image: web\r\n    args:\r\n    - http://x:1/\r\n    - 😀/\r\n...\r\n")]
    public void Json_is_read_as_well(string text) => Assert.Equal(["http://x:1/", "😀/"], Read(text).Apps[0].Arguments);

    [Theory]

    // Not YAML, or more of it than makes a tree.
    [InlineData("", "1:1: there is nothing in it")]
    [InlineData("# nothing\n", "1:1: there is nothing in it")]
    [InlineData("web", "1:1: a pod manifest is a map")]
    [InlineData("version: 1\napps: [\n", "3:1: ")]
    [InlineData("version: 1\n\tapps: x\n", "1:10: ")]
    [InlineData(Head + "  user: &u root\n  group: *u\n", "4:9: anchors and aliases", "5:10: anchors and aliases")]
    [InlineData(Head + "  user: !!str root\n", "4:9: tags (!)")]
    [InlineData(Head + "---\nversion: 1\n", "4:1: one manifest to a file")]
    [InlineData(Head + "? [a]\n: b\n", "4:3: a key is text")]
    [InlineData(Head + "? ~\n: b\n", "4:3: a key is text")]
    [InlineData(Head + "  user: a\n  user: b\n", "5:3: key 'user' is there already, in line 4")]
    [InlineData(Head + "<<: {name: x}\n", "4:1: unknown key '<<' of a pod")]
    [InlineData("a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "1:35: this is nested too deeply")]
    [InlineData("version: 1 # \u2028\napps: []\n", "1:14: the character U+2028")]
    [InlineData("version: 1\napps: \0\n", "2:7: the character U+0000")]

    // Keys.
    [InlineData("apps:\n- image: web\n", "1:1: a pod manifest needs the key 'version'")]
    [InlineData("version: 1\n", "1:1: a pod manifest needs the key 'apps'")]
    [InlineData("version: 2\napps:\n- image: web\n", "1:10: version: '2' is no version that this podctl knows")]
    [InlineData("version: '1'\napps:\n- image: web\n", "1:10: version: '1' is text")]
    [InlineData("version: 1\napps: []\n", "2:7: apps: pod must contain at least one application")]
    [InlineData("version: 1\napps:\n", "2:6: apps: there is no value")]
    [InlineData("version: 1\napps: {}\n", "2:7: apps: a map is no list")]
    [InlineData("version: 1\napps: [web]\n", "2:8: apps: 'web' is no map")]
    [InlineData("version: 1\napps:\n- name: a\n", "3:3: an app needs the key 'image'")]
    [InlineData(Head + "  memry: 1G\n", "4:3: unknown key 'memry' of an app, did you mean 'memory'?")]
    [InlineData(Head + "  read-only-root: true\n", "did you mean 'readOnlyRoot'?")]
    [InlineData(Head + "  env: {}\n", "did you mean 'environment'?")]
    [InlineData(Head + "apiVersion: v1\n", "4:1: unknown key 'apiVersion' of a pod")]
    [InlineData(Head + "nmae: x\n", "4:1: unknown key 'nmae' of a pod, did you mean 'name'?")]

    // Types.
    [InlineData(Head + "  readOnlyRoot: yes\n", "4:17: readOnlyRoot: 'yes' is neither true nor false")]
    [InlineData(Head + "  readOnlyRoot: \"true\"\n", "4:17: readOnlyRoot: 'true' is neither true nor false")]
    [InlineData(Head + "  user: [a]\n", "4:9: user: a list is no single value")]
    [InlineData(Head + "  user:\n  group: ~\n", "4:8: user: there is no value", "5:10: group: there is no value")]
    [InlineData(Head + "  user: ''\n", "4:9: user: it is empty")]
    [InlineData(Head + "  args: ls\n", "4:9: args: 'ls' is no list")]
    [InlineData(Head + "  args: [a, {b: c}, null]\n", "4:13: args: a map is no single value", "4:21: args: there is no value")]
    [InlineData(Head + "  args: [\"a\\0\"]\n", "4:10: args: text cannot hold a zero byte")]
    [InlineData(Head + "  cpuShares: \"512\"\n", "4:14: cpuShares: '512' is text, and a number has no quotes")]
    [InlineData(Head + "  environment: [A=b]\n", "4:16: environment: a list is no map")]
    [InlineData(Head + "  environment: {A: , B: [c]}\n", "4:20: environment: 'A' has no value", "4:25: environment: a list is no single value")]
    [InlineData(Head + "  userLabels: {A: {}}\n", "4:19: userLabels: a map is no single value")]

    // Values, as the flags have them.
    [InlineData(Head + "name: ../x\n", "4:7: name: '../x' is no pod name")]
    [InlineData("version: 1\napps:\n- image: a b\n", "3:10: image: invalid image reference 'a b'")]
    [InlineData(Head + "  imageId: sha256:1\n", "4:12: imageId: 'sha256:1' is no digest")]
    [InlineData(Head + "  name: -a\n", "4:9: name: '-a' is no app name")]
    [InlineData(Head + "  exec: []\n", "4:9: exec: it names no program")]
    [InlineData(Head + "  exec: ['']\n", "4:9: exec: it names no program")]
    [InlineData(Head + "  exec: [a]\n  args: [b]\n", "5:9: args: 'exec' is the whole command line")]
    [InlineData(Head + "  supplementaryGids: [1, x, '3', 4294967295]\n", "4:26: supplementaryGids: 'x' is no number of a group", "4:29: supplementaryGids: '3' is text", "4:34: supplementaryGids: ")]
    [InlineData(Head + "  workingDirectory: srv\n", "4:21: workingDirectory: 'srv' is no absolute path")]
    [InlineData(Head + "  environment: {\"A=B\": c, '': d}\n", "4:17: environment: 'A=B' is no name", "4:27: environment: '=d' is not NAME=VALUE")]
    [InlineData(Head + "  restart: sometimes\n", "4:12: restart: 'sometimes' is no restart policy")]
    [InlineData(Head + "  health: {cmd: x, exec: [y]}\n", "4:26: exec: either this or 'cmd'")]
    [InlineData(Head + "  health: {exec: []}\n", "4:18: exec: it names no program")]
    [InlineData(Head + "  health: {cmd: none, retries: 2}\n", "4:11: health: there is no check that the other keys could be about")]
    [InlineData(Head + "  health: {intervall: 1s, timeout: 1, retries: '2'}\n", "did you mean 'interval'?", "timeout: '1' is no duration", "retries: '2' is text")]
    [InlineData(Head + "  memory: 64X\n", "4:11: memory: '64X' is no size")]
    [InlineData(Head + "  memory: 1\n", "4:11: memory: a limit of 1 bytes is too low")]
    [InlineData(Head + "  cpu: -1\n", "4:8: cpu: '-1' is no number of CPUs")]
    [InlineData(Head + "  cpuShares: 1\n", "4:14: cpuShares: '1' is no number from 2")]
    [InlineData(Head + "  pidsLimit: 0\n", "4:14: pidsLimit: '0' is no number from 1 to 4194304")]
    [InlineData(Head + "  oomScoreAdjust: -1\n", "4:19: oomScoreAdjust: less than 0 is for the host's own processes")]
    [InlineData(Head + "  oomScoreAdjust: 1001\n", "4:19: oomScoreAdjust: '1001' is no number from -1000 to 1000")]
    [InlineData(Head + "  capabilities: {retain: [CAP_X, 'CAP_KILL,CAP_CHOWN']}\n", "4:27: retain: 'CAP_X' is no capability", "4:34: retain: 'CAP_KILL,CAP_CHOWN' is not one capability")]
    [InlineData(Head + "  capabilities: {retain: [], remove: []}\n", "4:17: capabilities: either 'retain' or 'remove'")]
    [InlineData(Head + "  capabilities: {}\n", "4:17: capabilities: either 'retain' or 'remove'")]
    [InlineData(Head + "  seccomp: {mode: allow, calls: [a b], errno: x}\n", "4:19: mode: ", "4:34: calls: 'a b' is neither a system call nor a set", "4:47: errno: ")]
    [InlineData(Head + "  seccomp: {mode: retain, calls: []}\n", "4:34: calls: it names no system call")]
    [InlineData(Head + "  seccomp: {call: [x]}\n", "4:12: seccomp needs the key 'mode'", "4:12: seccomp needs the key 'calls'", "4:13: unknown key 'call' of seccomp, did you mean 'calls'?")]
    [InlineData(Head + "  seccomp: {mode: retain, calls: [\"a,b\", errno=EPERM]}\n", "4:35: calls: 'a,b' is no system call", "4:42: calls: 'errno=EPERM' is no system call")]

    [InlineData(Head + "  ioWeight: 0\n", "4:13: ioWeight: '0' is no number from 1 to 10000")]
    [InlineData(Head + "  ulimits: {nofile: 5:4, files: 1, core: [1], CPU: 1, cpu: 2}\n", "4:12: ulimits: 'cpu' is there twice", "4:13: ulimits: '5:4': the soft limit is above the hard one", "4:26: ulimits: 'files=1' is no limit", "4:42: ulimits: a list is no single value")]
    [InlineData(Head + "  ioLimits: []\n", "4:3: unknown key 'ioLimits' of an app")]
    [InlineData(Head + "memory: 1\nioLimits: [{path: rel, read: 1M}, {path: /no/such, write: x}, {path: /}, {read: 1}]\n", "4:9: memory: a limit of 1 bytes", "5:19: path: 'rel' is no absolute path", "5:42: path: there is nothing at '/no/such'", "5:59: write: 'write=x' is no rate", "5:70: path: it limits nothing", "5:74: a limit of a disk needs the key 'path'")]
    [InlineData(Head + "ioLimits: [{path: /, read: 1M}, {path: /, write: 2M}]\n", "4:40: path: '/' is there twice")]

    // Volumes.
    [InlineData(Head + "volumes: [{name: a, kind: nfs}]\n", "4:27: kind: 'nfs' is no kind of volume")]
    [InlineData(Head + "volumes: [{kind: empty}]\n", "4:11: a volume needs the key 'name'")]
    [InlineData(Head + "volumes: [{name: /a, kind: empty}]\n", "4:18: name: '/a' is no volume's name")]
    [InlineData(Head + "volumes: [{name: a, kind: host}]\n", "4:11: a volume of kind host needs the key 'source'")]
    [InlineData(Head + "volumes: [{name: a, kind: host, source: rel}, {name: b, kind: host, source: /no/such}]\n", "4:41: source: 'rel' is no absolute path", "4:77: source: there is nothing at '/no/such'")]
    [InlineData(Head + "volumes: [{name: a, kind: host, source: /usr, mode: '0755'}]\n", "4:47: unknown key 'mode' of a volume of kind host")]
    [InlineData(Head + "volumes: [{name: a, kind: empty, mode: 999, uid: 65536}]\n", "4:40: mode: '999' is no octal number", "4:50: uid: '65536' is no number from 0 to 65535")]
    [InlineData(Head + "volumes: [{name: a, kind: empty}, {name: a, kind: empty}]\n", "4:42: name: there are two volumes 'a'")]
    [InlineData(Head + "  mounts: [{volume: a, target: /x}]\n", "4:21: volume: there is no volume 'a'")]
    [InlineData(Head + "  mounts: [{volume: a}, {target: /}]\nvolumes: [{name: a, kind: empty}]\n", "4:12: a mount needs the key 'target'", "4:25: a mount needs the key 'volume'", "4:34: target: '/' is no path below the root")]
    [InlineData(Head + "  mounts: [{volume: a, target: /x}, {volume: a, target: //x/}]\nvolumes: [{name: a, kind: empty}]\n", "4:57: target: there are two mounts at '/x'")]

    // Apps among each other.
    [InlineData(Head + "- image: other/web\n", "4:10: there is another app named 'web' in line 3")]
    [InlineData(Head + "  after: [web]\n", "4:10: after: an app cannot be started after itself")]
    [InlineData(Head + "  after: [db]\n", "4:10: after: there is no app 'db'")]
    [InlineData(Head + "  after: [db]\n- {image: db, after: [web]}\n", "3:1: apps: apps wait for each other: web, db")]
    public void Every_fault_has_its_place(string text, params string[] faults)
    {
        IReadOnlyList<string> told = FaultsOf(text);
        Assert.Equal(faults.Length, told.Count);
        Assert.All(faults.Zip(told), static pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.All(told, static fault => Assert.Matches("^pod.yaml:[0-9]+:[0-9]+: [^\n]*[^.]$", fault));
    }

    [Fact]
    public void All_faults_of_a_file_are_told_in_their_order() => Assert.Equal(
        ["pod.yaml:2:7", "pod.yaml:4:10", "pod.yaml:5:3", "pod.yaml:6:8"],
        FaultsOf("version: 1\nname: /\napps:\n- image: UP\n  usr: x\n  cpu: x\n").Select(static fault => fault[..fault.IndexOf(": ", StringComparison.Ordinal)]));

    [Fact]
    public void Of_very_many_faults_some_are_told()
    {
        IReadOnlyList<string> told = FaultsOf(Head + string.Concat(Enumerable.Range(0, 1000).Select(static number => $"x{number}: y\n")));
        Assert.Equal(51, told.Count);
        Assert.Equal("950 more faults in 'pod.yaml'", told[^1]);
    }

    private static PodOptions Read(string text)
    {
        ManifestFaults faults = new("pod.yaml");
        PodOptions? pod = ManifestReader.Read(text, faults);
        Assert.Empty(faults.Told());
        return pod!;
    }

    private static IReadOnlyList<string> FaultsOf(string text)
    {
        ManifestFaults faults = new("pod.yaml");
        Assert.Null(ManifestReader.Read(text, faults));
        return faults.Told();
    }
}

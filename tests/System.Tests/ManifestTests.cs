using System.Tests.Harness;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace System.Tests;

/// <summary>Pods of manifests, and manifests of pods.</summary>
public sealed class ManifestTests : SystemTest
{
    private const string Image = Podctl.Registry + "busybox:latest";

    [SystemFact]
    public async Task A_file_makes_a_pod_of_two_apps()
    {
        string file = await WriteAsync($$"""
            version: 1
            volumes:
            - {name: shared, kind: empty, mode: 01777}
            apps:
            - name: reader
              image: {{Image}}
              exec: [sh, -c, 'cat /in/word; echo "$COUNTRY $(id -u):$(id -g) $PWD"; touch /x 2>/dev/null || echo read-only']
              user: 1000
              group: 100
              workingDirectory: /tmp
              readOnlyRoot: true
              environment: {COUNTRY: NO}
              after: [writer]
              mounts: [{volume: shared, target: /in}]
            - name: writer
              image: {{Image}}
              exec:
              - sh
              - -c
              - |
                echo hello > /out/.word
                mv /out/.word /out/word
                sleep 0.5
              mounts: [{volume: shared, target: /out}]
              userLabels: {tier: back}
            userLabels: {shop: "1"}
            """);
        (CliResult result, TestPod pod) = await RunManifestAsync("run", $"--pod-manifest={file}");
        Assert.Equal("hello\nNO 1000:100 /tmp\nread-only\n", result.Expect(0).Stdout);
        JsonElement status = await pod.StatusAsync(Ct);
        Assert.Equal("1", status.GetProperty("user_labels").GetProperty("shop").GetString());
        Assert.Equal("back", status.GetProperty("apps")[1].GetProperty("user_labels").GetProperty("tier").GetString());
    }

    [SystemTheory]
    [InlineData("json")]
    [InlineData("yaml")]
    public async Task A_manifest_makes_an_equal_pod(string format)
    {
        await File.WriteAllTextAsync($"{Data}/one", "", Ct);
        TestPod original = await PrepareAsync(new Run("sh", "-c", "echo \"$0 $1\"; echo $A $B $PATH $AC_APP_NAME; id; pwd; ls -ldn /data; ls /host/etc", "a b", "é'\"\\\n#: -")
        {
            Flags =
            [
                "--volume=data,kind=empty,mode=0700,uid=5,gid=6", "--mount=volume=data,target=/data", "-v", $"{Data}:/host/etc:ro", "--set-env=A=pod", "--inherit-env",
                "--annotation=x=y", "--user-annotation=l=m", "--user-label=n=o",
            ],
            AppFlags =
            [
                "--name=main", "--user=7", "--supplementary-gids=1,2", "--working-dir=/tmp", "-e", "B=1=2", "--memory=64M", "--cpu=1500m", "--cpu-shares=512", "--pids-limit=50", "--oom-score-adj=5",
                "--caps-remove=CAP_KILL", "--seccomp=mode=retain,@rkt/default-whitelist,kcmp", "--no-new-privs", "--readonly-rootfs", "--annotation=p=q", "--user-label=r=s",
            ],
            Others = [new Run("true") { AppFlags = ["--name=other", "--after=main", "--caps-retain=CAP_NET_ADMIN", "--seccomp=mode=remove,errno=EPERM,ptrace"] }, new Run("pwd") { Image = "variants:user-workdir", AppFlags = ["--name=third"] }],
        });
        string file = await WriteAsync((await Podctl.RunAsync(Ct, "cat-manifest", $"--format={format}", original.Uuid)).Expect(0).Stdout);
        (_, TestPod copy) = await RunManifestAsync("prepare", $"--pod-manifest={file}");
        Assert.Equal(await ComparableAsync(original), await ComparableAsync(copy));

        // And once it has been started: what comes of both is the same.
        string[] outputs = [.. (await Task.WhenAll(Podctl.RunAsync(Ct, "run-prepared", original.Uuid), Podctl.RunAsync(Ct, "run-prepared", copy.Uuid))).Select(static run => string.Join('\n', run.Lines.Order(StringComparer.Ordinal)))];
        Assert.Contains("pod 1=2 /", outputs[0], StringComparison.Ordinal);
        Assert.Equal(outputs[0], outputs[1]);
        CliResult again = await Cli.RunAsync(Ct, "sh", "-c", $"podctl cat-manifest {copy.Uuid} | podctl prepare {Podctl.Trust} --name=third-of-these --pod-manifest=- --uuid-file-save={NewUuidFile()}");
        TestPod third = new(again.Expect(0).Stdout.Trim());
        Assert.Equal(Nameless(await ComparableAsync(copy)), Nameless(await ComparableAsync(third)));
    }

    [SystemFact]
    public async Task A_running_pod_has_a_manifest()
    {
        TestPod pod = await DetachAsync(new Run("sleep", "300") { AppFlags = ["--restart=always"] });
        string file = await WriteAsync((await Podctl.RunAsync(Ct, "cat-manifest", pod.Uuid)).Expect(0).Stdout);
        (_, TestPod copy) = await RunManifestAsync("run", "--detach", "--net=none", $"--pod-manifest={file}");
        Assert.Equal(await ComparableAsync(pod), await ComparableAsync(copy));
        Assert.Equal("running", await copy.StateAsync(Ct));
    }

    [SystemFact]
    public async Task A_manifest_is_for_the_image_that_the_pod_had()
    {
        string file = await WriteAsync($"version: 1\napps:\n- image: {Image}\n  imageId: sha256:{new string('0', 64)}\n");
        (CliResult result, _) = await RunManifestAsync("run", $"--pod-manifest={file}");
        Assert.Contains($"is to have the image 'sha256:{new string('0', 64)}'", result.ExpectFailure(125).Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(Pods(), static pod => Directory.Exists(pod.Directory));
    }

    [SystemTheory]
    [InlineData("run")]
    [InlineData("prepare")]
    public async Task All_faults_are_told_at_once_and_nothing_is_made(string verb)
    {
        string file = await WriteAsync($"version: 1\napps:\n- image: {Image}\n  memroy: 64M\n  cpu: fast\n");
        (CliResult result, _) = await RunManifestAsync(verb, $"--pod-manifest={file}", "--set-env=A=b", "-v", "/etc:/x");
        Assert.Equal(
            $"podctl: conflicting flags set with --pod-manifest, which says what they say: --set-env, --volume; {file}:4:3: unknown key 'memroy' of an app, did you mean 'memory'?; {file}:5:8: cpu: 'fast' is no number of CPUs from 1m to 8192, such as 500m, 0.5 or 2\n"
            + "  hint: podctl-pod(5) describes the file, and `podctl cat-manifest` prints that of a pod\n",
            result.ExpectFailure(2).Stderr);
        Assert.Empty(Pods());
    }

    [SystemFact]
    public async Task An_empty_manifest_has_no_pod()
    {
        string file = await WriteAsync("{\"version\": 1, \"apps\": []}");
        (CliResult result, _) = await RunManifestAsync("prepare", $"--pod-manifest={file}");
        Assert.Contains($"{file}:1:24: apps: pod must contain at least one application", result.ExpectFailure(2).Stderr, StringComparison.Ordinal);
    }

    private async Task<string> WriteAsync(string manifest)
    {
        string file = Path.Combine(Scratch, $"pod-{Guid.NewGuid():N}.yaml");
        await File.WriteAllTextAsync(file, manifest, Ct);
        return file;
    }

    private async Task<(CliResult Result, TestPod Pod)> RunManifestAsync(string verb, params string[] flags)
    {
        string uuidFile = NewUuidFile();
        CliResult result = await Podctl.RunAsync(Ct, [verb, Podctl.Trust, $"--uuid-file-save={uuidFile}", .. flags]);
        return (result, new TestPod(File.Exists(uuidFile) ? await File.ReadAllTextAsync(uuidFile, Ct) : ""));
    }

    /// <summary>pod.json, but for what is every pod's own.</summary>
    private static async Task<string> ComparableAsync(TestPod pod)
    {
        JsonObject json = JsonNode.Parse(await File.ReadAllTextAsync($"{pod.Directory}/pod.json", Ct))!.AsObject();
        Assert.All(["uuid", "created", "hostname"], name => Assert.True(json.Remove(name)));
        _ = json["privateUsers"]?.AsObject().Remove("base");
        return json.ToJsonString();
    }

    private static string Nameless(string json)
    {
        JsonObject record = JsonNode.Parse(json)!.AsObject();
        Assert.All(["name", "mode", "network", "networks"], name => record.Remove(name)); // they are the start's
        return record.ToJsonString();
    }
}

using System.Text;
using PodManager.Commands.Manifests;
using PodManager.Lifecycle;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>Pod manifests, as YAML and as JSON.</summary>
public sealed class ManifestFuzzTests
{
    private static readonly string[] Seeds =
    [
        """
        # a pod
        version: 1
        name: shop
        privateUsers: false
        volumes:
        - {name: src, kind: host, source: /usr, readOnly: true}
        - name: data
          kind: empty
          mode: 0700
          uid: 5
        apps:
        - name: web
          image: docker://registry.example/web:1
          exec: [/bin/web, "--on=1 2", '']
          user: 1000
          supplementaryGids: [7, 8]
          environment:
            COUNTRY: NO
            LINES: |
              a
              b
            FOLDED: >-
              a
              b
          mounts:
          - {volume: data, target: /data/below}
          after: [db]
          restart: on-failure
          capabilities: {retain: [net_admin, CAP_KILL]}
          seccomp: {mode: remove, errno: EACCES, calls: [ptrace, "@mount"]}
          memory: 1.5Gi
          cpu: 500m
          cpuShares: 512
          oomScoreAdjust: 5
        - image: db
          args: [x]
        userLabels: {j: k}
        """,
        """{"version":1,"apps":[{"image":"web","name":"web","exec":["/bin/web","\ud83d\ude00"],"user":"0","environment":{"A":"b"},"readOnlyRoot":true,"cpuShares":3,"seccomp":{"mode":"retain","calls":["@appc.io/all"]}}],"volumes":[{"name":"/x","kind":"host","source":"/"}]}""",
        "%YAML 1.2\n---\n? version\n: 1\n? apps\n: - image: a\n    args:\n      - \"\\x41\\\n        b\"\n...\n",
    ];

    private static readonly string[] Words =
    [
        "&a ", "*a", "!!str ", "!", "|\n", ">+2\n", "---\n", "...\n", "- ", "? ", ": ", ":", "{", "}", "[", "]", ",", "\"", "'", "\\", "\\ud800", "\\u0000", "\\x", "\0", "\t", "\r", "\n", "\r\n", "\u0085", "\u2028", "\ufeff", "#", " #", "<<: ", "~", "null", "true", "yes", "%YAML 9.9\n", "%TAG ! x\n",
        "\n  ", "\n- ", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "{? {? {? {? ", "- - - - - - - - ", "version: 1\n", "apps:\n", "image: ", "1e999", "-1", "0x10", "999999999999999999999", "CAP_", "@", "=", "errno=", "..", "/../..",
    ];

    [Fact]
    public Task Manifests() => Fuzz.RunAsync("manifest", new Mutator([.. Seeds.Select(Encoding.UTF8.GetBytes)], Words), Read, static _ => false);

    /// <summary>Whatever the file is, it is a pod or it has faults, each with a place in it.</summary>
    private static void Read(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        ManifestFaults faults = new("f");
        PodOptions? pod = ManifestReader.Read(text, faults);
        Assert.Equal(pod is null, faults.Count > 0);
        Assert.True(pod is null || pod.Apps.Count > 0);
        int lines = text.Count(static c => c == '\n' || c == '\r') + 2;
        foreach (string fault in faults.Told().Where(static fault => fault.StartsWith("f:", StringComparison.Ordinal)))
        {
            string[] words = fault.Split(':', 4);
            Assert.InRange(int.Parse(words[1]), 1, lines);
            Assert.InRange(int.Parse(words[2]), 1, text.Length + 1);
            Assert.NotEqual("", words[3].Trim());
        }
    }
}

using System.Text;
using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>Image references, as a user, a file or an archive may write them.</summary>
public sealed class ReferenceFuzzTests
{
    private static readonly byte[][] Seeds =
    [
        .. new[]
        {
            "busybox", "library/busybox:1.36", "registry.example:5000/team/app_one/web--x:v1.2_3-rc.4", "localhost/x", "[2001:db8::1]:443/a/b:c", "127.0.0.1:5000/x",
            $"registry.example/app@sha256:{new string('a', 64)}", $"app:1@sha512:{new string('0', 128)}", "docker://index.docker.io/nginx", "docker:alpine:3",
            "oci:/images/busybox:latest", "oci:relative/dir", "oci-archive:/tmp/a.tar:tag", "docker-archive:-:@3", "docker-archive:/x.tar:registry.example/a:b", "sha256:0123456789abcdef", "sha512-abcdef",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    private static readonly string[] Words =
    [
        ":", "@", "/", "//", "://", ".", "..", "_", "__", "___", "-", "--", "[", "]", "::", "sha256:", "sha512:", "docker://", "oci:", "oci-archive:", "docker-archive:", "localhost", "\0", "\n", "\u00e9", "A", ":0", ":65536",
    ];

    [Fact]
    public Task Names_of_images() => Fuzz.RunAsync("reference", new Mutator(Seeds, Words), Parse, static failure => failure is PodctlException { Code: ExitCode.Usage });

    /// <summary>What is accepted has one spelling, which means the same and is fit for a name in the store.</summary>
    private static void Parse(byte[] input)
    {
        string text = Encoding.UTF8.GetString(input);
        ImageRef reference = ImageRef.Parse(text);
        ImageRef again = ImageRef.Parse(reference.Name);
        if (again.Name != reference.Name || reference is RegistryRef && again is not RegistryRef)
        {
            throw new InvalidOperationException($"'{text}' is '{reference.Name}', and that is '{again.Name}'");
        }
    }
}

using PodManager.Pods;
using Xunit;

namespace PodManager.Tests.Pods;

public sealed class PodIdPrefixTests
{
    private static readonly PodId[] Pods = [Id("5bc080ca-3f1e-4c0b-9d52-6a1c1f0e7a11"), Id("5bd00000-0000-4000-8000-000000000000"), Id("3089337c-0000-4000-8000-000000000000")];

    [Theory]
    [InlineData("3", 2)]
    [InlineData("5bc", 0)]
    [InlineData("5BC080CA", 0)]
    [InlineData("5bd00000-0000-4000-8000-000000000000", 1)]
    [InlineData("rkt-5bd00000-0000-4000-8000-000000000000", 1)]
    public void A_unique_beginning_is_enough(string text, int index) => Assert.Equal(Pods[index], PodIdPrefix.Resolve(text, Pods));

    [Theory]
    [InlineData("", ExitCode.Usage)]
    [InlineData("rkt-", ExitCode.Usage)]
    [InlineData("7", ExitCode.NotFound)]
    [InlineData("../3", ExitCode.NotFound)]
    [InlineData("5b", ExitCode.NotFound)]
    internal void Anything_else_is_refused(string text, ExitCode code) =>
        Assert.Equal(code, Assert.Throws<PodctlException>(() => PodIdPrefix.Resolve(text, Pods)).Code);

    [Fact]
    public void An_ambiguous_one_names_the_pods()
    {
        PodctlException e = Assert.Throws<PodctlException>(() => PodIdPrefix.Resolve("5b", Pods));
        Assert.Contains(Pods[0].ToString(), e.Message, StringComparison.Ordinal);
        Assert.Contains(Pods[1].ToString(), e.Message, StringComparison.Ordinal);
    }

    private static PodId Id(string text) => PodId.TryParse(text, out PodId? id) ? id.Value : throw new ArgumentException(text);
}

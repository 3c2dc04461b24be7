using System.Runtime.Versioning;
using System.Tests.Harness;
using Xunit;

[assembly: SupportedOSPlatform("linux")]

// Tests compare what the host looks like before and after: two at once would see each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(TestImages))]

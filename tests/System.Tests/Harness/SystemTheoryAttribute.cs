using System.Runtime.CompilerServices;
using Xunit;

namespace System.Tests.Harness;

/// <summary>A test with several sets of data that needs a throwaway host.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SystemTheoryAttribute : TheoryAttribute
{
    public SystemTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = SystemHost.SkipReason;
}

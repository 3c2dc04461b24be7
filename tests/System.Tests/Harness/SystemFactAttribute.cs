using System.Runtime.CompilerServices;
using Xunit;

namespace System.Tests.Harness;

/// <summary>A test that needs a throwaway host; skipped elsewhere, with the reason.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SystemFactAttribute : FactAttribute
{
    public SystemFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = SystemHost.SkipReason;
}

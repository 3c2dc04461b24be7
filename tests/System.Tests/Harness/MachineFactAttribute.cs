using System.Runtime.CompilerServices;
using Xunit;

namespace System.Tests.Harness;

/// <summary>A test that needs all controllers of cgroup version 2, which a test machine has. Its class has the trait of <see cref="Machine"/>, by which the runner chooses.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class MachineFactAttribute : FactAttribute
{
    public MachineFactAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => Skip = Machine.SkipReason;
}

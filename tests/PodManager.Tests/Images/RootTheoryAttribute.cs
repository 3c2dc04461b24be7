using System.Runtime.CompilerServices;
using Common.Native;
using Xunit;

namespace PodManager.Tests.Images;

/// <summary>A test that makes files of other users, which only root can.</summary>
internal sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute([CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber)
    {
        if (Libc.GetEUid() != 0)
        {
            Skip = "needs root, to make files of other users";
        }
    }
}

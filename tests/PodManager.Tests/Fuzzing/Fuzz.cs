using System.Diagnostics;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace PodManager.Tests.Fuzzing;

/// <summary>
/// Feeds a parser with mutated inputs: nothing but the exceptions that it documents may come out, within a time and with allocations that are bounded
/// whatever the input claims. PODCTL_FUZZ is the number of inputs; PODCTL_FUZZ_SEED repeats a run.
/// </summary>
internal static class Fuzz
{
    private const int UsualCount = 1000; // twice
    private const ulong FixedSeed = 20260727;
    private const long AllocationLimitBytes = 48 << 20;

    // Of one input; a collection, or a machine that does other things meanwhile, counts into it.
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(20);

    /// <summary>Runs with a fixed seed, and with one that nobody has chosen.</summary>
    /// <param name="name">The parser's.</param>
    /// <param name="mutator">Makes the inputs.</param>
    /// <param name="parse">Throws what it likes.</param>
    /// <param name="isDocumented">Whether an exception is one that the caller reckons with.</param>
    /// <param name="share">Of what is slow, one input for so many of others.</param>
    public static async Task RunAsync(string name, Mutator mutator, Action<byte[]> parse, Func<Exception, bool> isDocumented, int share = 1)
    {
        ulong? given = Number("PODCTL_FUZZ_SEED");
        int count = (int)(Number("PODCTL_FUZZ") ?? UsualCount) / share;
        foreach (ulong seed in given is { } one ? [one] : new[] { FixedSeed, (ulong)Random.Shared.NextInt64() })
        {
            Watch watch = new(name, seed);
            Task run = Task.Factory.StartNew(
                () => Check(mutator, count, seed, input => watch.Try(input, parse, isDocumented)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            while (await Task.WhenAny(run, Task.Delay(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken)) != run)
            {
                watch.ExpectAlive();
            }

            await run;
            TestContext.Current.TestOutputHelper?.WriteLine(watch.ToString());
        }
    }

    private static void Check(Mutator mutator, int count, ulong seed, Action<FuzzInput> test) =>
        Prop.ForAll(mutator.Inputs(), test).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(count).WithReplay(seed, 1));

    private static ulong? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? ulong.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>What one run has seen.</summary>
    private sealed class Watch(string name, ulong seed)
    {
        private readonly Stopwatch _whole = Stopwatch.StartNew();
        private FuzzInput? _current;
        private long _startedAt;
        private long _count;
        private long _accepted;
        private long _mostAllocated;
        private TimeSpan _slowest;
        private TimeSpan _parsing;

        public void Try(FuzzInput input, Action<byte[]> parse, Func<Exception, bool> isDocumented)
        {
            Volatile.Write(ref _startedAt, Stopwatch.GetTimestamp());
            Volatile.Write(ref _current, input);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                parse(input.Bytes);
                _accepted++;
            }
            catch (Exception failure) when (!isDocumented(failure))
            {
                throw new InvalidOperationException($"{Describe(input)}: {failure}", failure);
            }
            catch (Exception documented)
            {
                // As good as a result, but it has to be fit for one line.
                Assert.NotEqual("", documented.Message);
            }

            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            TimeSpan took = Stopwatch.GetElapsedTime(Volatile.Read(ref _startedAt));
            Volatile.Write(ref _current, null);
            if (allocated > AllocationLimitBytes)
            {
                Assert.Fail($"{Describe(input)}: {allocated} bytes allocated");
            }

            _count++;
            _parsing += took;
            _mostAllocated = Math.Max(_mostAllocated, allocated);
            _slowest = took > _slowest ? took : _slowest;
        }

        /// <summary>Its thread cannot be ended, but the test can.</summary>
        public void ExpectAlive()
        {
            FuzzInput? current = Volatile.Read(ref _current);
            if (current is not null && Stopwatch.GetElapsedTime(Volatile.Read(ref _startedAt)) > TimeLimit)
            {
                Assert.Fail($"{Describe(current)}: no end within {TimeLimit.TotalSeconds} s");
            }
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"fuzz {name}: {_count} inputs, {_accepted} accepted, seed {seed}, {_whole.Elapsed.TotalSeconds:0} s, {_parsing.TotalSeconds:0} of them in the parser; at most {_slowest.TotalMilliseconds:0} ms and {_mostAllocated >> 10} KiB for one");

        private string Describe(FuzzInput input)
        {
            string file = Path.Combine(Path.GetTempPath(), $"podctl-fuzz-{name}-{seed}.bin");
            File.WriteAllBytes(file, input.Bytes);
            return $"fuzz {name}, PODCTL_FUZZ_SEED={seed}, the input is in '{file}' ({input})";
        }
    }
}

using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Common.Native;
using PodManager.Lifecycle;
using PodManager.Pods;
using static Tmds.Linux.LibC;

namespace PodManager.Systemd;

/// <summary>
/// Makes of a unit's SystemCallFilter= and RestrictNamespaces= (systemd.exec(5)) the programs that systemd makes of them, with libseccomp as it does. They are kept in /run, since
/// making them takes longer than all else that a command in a pod needs.
/// </summary>
internal sealed class CallFilterCompiler(SystemCallSets sets) : ICallFilters
{
    private const string CacheDirectory = "/run/podctl/cache/filters";
    private const uint OwnerFile = 0x180;
    private const int ProgramLimit = 1 << 20;

    // Part of the key: another version makes other programs.
    private const int Version = 1;

    // Every flag of clone(2) that makes a namespace.
    private static readonly ulong[] Namespaces =
        [(ulong)CLONE_NEWNS, (ulong)CLONE_NEWCGROUP, (ulong)CLONE_NEWUTS, (ulong)CLONE_NEWIPC, (ulong)CLONE_NEWUSER, (ulong)CLONE_NEWPID, (ulong)CLONE_NEWNET, 0x80];

    public IReadOnlyList<byte[]> Compile(SystemCallFilter filter)
    {
        // No cryptography: only root writes there, and loading OpenSSL would cost more than all of this.
        byte[] key = XxHash128.Hash(JsonSerializer.SerializeToUtf8Bytes(new CallFilterKey(Version, SystemCallSets.Key(), filter), CallFilterJson.Default.CallFilterKey));
        string path = $"{CacheDirectory}/{Convert.ToHexStringLower(key)}";
        if (Read(path) is { } kept)
        {
            return kept;
        }

        try
        {
            byte[][] programs = filter.MayMakeNamespaces ? [Restrict(filter)] : [Restrict(filter), RestrictNamespaces()];
            _ = Directory.CreateDirectory(CacheDirectory);
            Files.Replace(path, JsonSerializer.SerializeToUtf8Bytes(programs, CallFilterJson.Default.ByteArrayArray), OwnerFile);
            return programs;
        }
        catch (DllNotFoundException e)
        {
            throw new PodctlException(ExitCode.HostLacks, "the app's filter of system calls cannot be made: there is no 'libseccomp.so.2'", "systemd needs it, too", e);
        }
    }

    private static byte[][]? Read(string path)
    {
        try
        {
            using Fd file = Files.Open(path, O_RDONLY);
            return JsonSerializer.Deserialize(Files.ReadBytes(file), CallFilterJson.Default.ByteArrayArray);
        }
        catch (NativeException e) when (e.Errno == Errno.ENOENT)
        {
            return null;
        }
        catch (JsonException)
        {
            return null; // made anew
        }
    }

    /// <summary>Of an allow list: what systemd knows beside it is refused as the filter says, all that is newer does not exist (ENOSYS).</summary>
    private byte[] Restrict(SystemCallFilter filter)
    {
        uint refuse = ActionOf(filter.Errno);
        HashSet<string> names = [.. sets.Expand(filter.Names)];
        names.ExceptWith(sets.Expand(filter.Except));
        ILookup<uint, string> answers = filter.Answers.Select(static answer => answer.Split(':')).ToLookup(static words => ActionOf(words[1]), static words => words[0]);
        if (!filter.IsAllowList)
        {
            return Program(LibSeccomp.Allow, filter.IsNativeOnly, context =>
            {
                AddAll(context, refuse, names);
                AddAnswers(context, answers);
            });
        }

        if (!filter.IsExact)
        {
            names.UnionWith(sets.Expand(["@default"])); // as systemd does it
        }

        return Program(LibSeccomp.Fail((int)Errno.ENOSYS), filter.IsNativeOnly, context =>
        {
            AddAll(context, LibSeccomp.Allow, names);
            AddAnswers(context, answers);
            AddAll(context, refuse, sets.Expand(["@known"]).Except(names).Except(answers.SelectMany(static calls => calls)));
        });
    }

    private static void AddAnswers(nint context, ILookup<uint, string> answers)
    {
        foreach (IGrouping<uint, string> calls in answers)
        {
            AddAll(context, calls.Key, calls);
        }
    }

    private static uint ActionOf(string? errno) =>
        errno is null or "kill" ? LibSeccomp.KillProcess : LibSeccomp.Fail(int.TryParse(errno, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : ErrnoNames.NumberOf(errno));

    private static unsafe byte[] RestrictNamespaces() => Program(LibSeccomp.Allow, isNativeOnly: true, static context =>
    {
        uint refuse = LibSeccomp.Fail((int)Errno.EPERM);
        AddAll(context, refuse, ["unshare", "setns"]);
        AddAll(context, LibSeccomp.Fail((int)Errno.ENOSYS), ["clone3"]); // its flags are where no filter can look
        foreach (ulong flag in Namespaces)
        {
            LibSeccomp.Comparison comparison = new() { Argument = 0, Operator = LibSeccomp.MaskedEqual, Mask = flag, Value = flag };
            Check(LibSeccomp.AddRule(context, refuse, LibSeccomp.ResolveName("clone"), 1, &comparison));
        }
    });

    private static byte[] Program(uint defaultAction, bool isNativeOnly, Action<nint> addRules)
    {
        nint context = LibSeccomp.Init(defaultAction);
        try
        {
            Check(context == 0 ? -(int)Errno.ENOMEM : 0);
            Check(LibSeccomp.SetAttribute(context, LibSeccomp.BadArchitectureAction, LibSeccomp.KillProcess));
            _ = LibSeccomp.SetAttribute(context, LibSeccomp.Optimize, LibSeccomp.BinaryTree); // since libseccomp 2.5
            foreach (uint other in isNativeOnly ? [] : OtherArchitectures)
            {
                Check(LibSeccomp.AddArchitecture(context, other));
            }

            addRules(context);
            (Fd reader, Fd writer) = Pipe.Create();
            using (reader)
            {
                using (writer)
                {
                    Check(LibSeccomp.Export(context, writer.Number)); // some kilobytes, and a pipe holds 64
                }

                return Files.ReadBytes(reader, ProgramLimit);
            }
        }
        finally
        {
            LibSeccomp.Release(context);
        }
    }

    // SCMP_ARCH_X86 and _X32; SCMP_ARCH_ARM.
    private static uint[] OtherArchitectures => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? [0x40000003, 0x4000003E] : [0x40000028];

    private static unsafe void AddAll(nint context, uint action, IEnumerable<string> names)
    {
        foreach (int number in names.Select(LibSeccomp.ResolveName).Where(static number => number >= 0))
        {
            int result = LibSeccomp.AddRule(context, action, number, 0, null);

            // EACCES: the action is the filter's default.
            Check(result == -(int)Errno.EACCES ? 0 : result);
        }
    }

    private static void Check(int result)
    {
        if (result < 0)
        {
            throw new PodctlException(ExitCode.HostLacks, $"libseccomp cannot make the app's filter of system calls: {NativeException.Describe((Errno)(-result))}");
        }
    }
}

/// <summary>What a compiled filter depends on.</summary>
internal sealed record CallFilterKey(int Version, string Systemd, SystemCallFilter Filter);

/// <summary>JSON of the cache, generated at build time.</summary>
[JsonSerializable(typeof(CallFilterKey))]
[JsonSerializable(typeof(byte[][]))]
internal sealed partial class CallFilterJson : JsonSerializerContext;

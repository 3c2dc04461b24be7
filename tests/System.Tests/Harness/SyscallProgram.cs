using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace System.Tests.Harness;

/// <summary>
/// Makes a static ELF program of a few hundred bytes that does system calls in order and exits with the last one's errno, 0 if it succeeded: what a hostile
/// image could bring along, without a compiler.
/// </summary>
internal static class SyscallProgram
{
    public const long Bpf = 321;
    public const long Chroot = 161;
    public const long ChDir = 80;
    public const long MkDir = 83;
    public const long Open = 2;
    public const long Mount = 165;
    public const long Unshare = 272;
    public const long SetHostName = 170;
    public const long Reboot = 169;
    public const long InitModule = 175;
    public const long SetTimeOfDay = 164;
    public const long Keyctl = 250;

    private const ulong LoadAddress = 0x400000;
    private const int HeaderBytes = 64 + 56;
    private const int CallBytes = 5 + (Registers * 10) + 2;
    private const int Registers = 5;

    // mov rdi / rsi / rdx / r10 / r8, imm64
    private static readonly byte[][] Moves = [[0x48, 0xbf], [0x48, 0xbe], [0x48, 0xba], [0x49, 0xba], [0x49, 0xb8]];

    // test rax,rax; js +2; xor eax,eax; neg eax; mov edi,eax; mov eax,60 (exit); syscall
    private static readonly byte[] Exit = [0x48, 0x85, 0xc0, 0x78, 0x02, 0x31, 0xc0, 0xf7, 0xd8, 0x89, 0xc7, 0xb8, 60, 0, 0, 0, 0x0f, 0x05];

    /// <summary>The programs are written for one architecture.</summary>
    public static bool IsSupported => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <param name="calls">For each call its number and up to five arguments, which are numbers or strings.</param>
    public static byte[] Make(params (long Number, object[] Arguments)[] calls)
    {
        int stringsAt = HeaderBytes + (calls.Length * CallBytes) + Exit.Length;
        using MemoryStream code = new();
        using MemoryStream strings = new();
        foreach ((long number, object[] arguments) in calls)
        {
            code.WriteByte(0xb8); // mov eax, imm32
            code.Write(Bytes((uint)number));
            for (int i = 0; i < Registers; i++)
            {
                ulong value = i >= arguments.Length ? 0 : arguments[i] switch
                {
                    string text => LoadAddress + (ulong)stringsAt + Put(strings, text),
                    object n => (ulong)Convert.ToInt64(n, null),
                };
                code.Write(Moves[i]);
                code.Write(Bytes(value));
            }

            code.Write([0x0f, 0x05]); // syscall
        }

        code.Write(Exit);
        return [.. Headers(stringsAt + (int)strings.Length), .. code.ToArray(), .. strings.ToArray()];
    }

    private static ulong Put(MemoryStream strings, string text)
    {
        ulong at = (ulong)strings.Length;
        strings.Write(Encoding.UTF8.GetBytes(text + '\0'));
        return at;
    }

    /// <summary>elf(5): one header, one loadable segment that is the whole file.</summary>
    private static byte[] Headers(int size)
    {
        const ushort executable = 2, x64 = 62;
        const uint load = 1, readWriteExecute = 7;
        return
        [
            0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            .. Bytes(executable), .. Bytes(x64), .. Bytes(1u), .. Bytes(LoadAddress + HeaderBytes), .. Bytes(64ul), .. Bytes(0ul), .. Bytes(0u),
            .. Bytes((ushort)64), .. Bytes((ushort)56), .. Bytes((ushort)1), .. Bytes((ushort)0), .. Bytes((ushort)0), .. Bytes((ushort)0),
            .. Bytes(load), .. Bytes(readWriteExecute), .. Bytes(0ul), .. Bytes(LoadAddress), .. Bytes(LoadAddress), .. Bytes((ulong)size), .. Bytes((ulong)size),
            .. Bytes(0x1000ul),
        ];
    }

    private static byte[] Bytes(ushort value)
    {
        byte[] bytes = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(uint value)
    {
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return bytes;
    }
}

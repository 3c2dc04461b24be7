namespace Common.Native;

/// <summary>
/// Makes this thread create files as another user, with all of its capabilities (setfsuid(2)): on an id-mapped mount a file's maker must be a user that the
/// mount knows (EOVERFLOW otherwise), and nobody sees the file with the wrong owner. To be left on the thread that entered it.
/// </summary>
internal readonly ref struct FileUser
{
    private const int GetSecureBits = 27; // PR_GET_SECUREBITS, prctl(2)
    private const int SetSecureBits = 28;
    private const int NoSetUidFixUp = 4; // SECBIT_NO_SETUID_FIXUP: else the capabilities that files need would go with user 0

    private readonly bool _isEntered;
    private readonly int _bits;

    private FileUser(int bits)
    {
        _isEntered = true;
        _bits = bits;
    }

    /// <param name="id">User and group; 0 changes nothing.</param>
    public static FileUser Enter(uint id)
    {
        if (id == 0)
        {
            return default;
        }

        int bits = Libc.PrCtl(GetSecureBits, 0, 0, 0, 0);
        if (bits < 0 || Libc.PrCtl(SetSecureBits, (nuint)(bits | NoSetUidFixUp), 0, 0, 0) < 0)
        {
            return default; // without CAP_SETPCAP: as root then, and with another owner afterwards
        }

        _ = Libc.SetFsGid(id);
        _ = Libc.SetFsUid(id);
        return new FileUser(bits);
    }

    public void Dispose()
    {
        if (_isEntered)
        {
            _ = Libc.SetFsUid(Libc.GetEUid());
            _ = Libc.SetFsGid(0);
            _ = Libc.PrCtl(SetSecureBits, (nuint)_bits, 0, 0, 0);
        }
    }
}

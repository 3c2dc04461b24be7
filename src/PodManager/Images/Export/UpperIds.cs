using System.Buffers.Binary;
using PodManager.Pods;

namespace PodManager.Images.Export;

/// <summary>Un-shifts the ids inside extended attributes, which the kernel keeps as the host numbers them.</summary>
/// <param name="shift">The pod's.</param>
internal sealed class UpperIds(IdShift shift)
{
    private const int AclHeader = 4; // posix_acl_xattr_header, linux/posix_acl_xattr.h
    private const int AclEntry = 8; // tag 2, permissions 2, id 4
    private const ushort AclUser = 2;
    private const ushort AclGroup = 8;
    private const int CapabilityLength = 20; // struct vfs_cap_data, linux/capability.h; version 3 has a user more
    private const uint RevisionMask = 0xFF000000;
    private const uint Revision2 = 0x02000000;
    private const uint Revision3 = 0x03000000;

    public IdShift Shift => shift;

    public byte[] ToPod(byte[] name, byte[] value)
    {
        if (name.AsSpan().StartsWith("system.posix_acl_"u8))
        {
            return AclToPod([.. value]);
        }

        return name.AsSpan().SequenceEqual("security.capability"u8) ? CapabilityToPod(value) : value;
    }

    private byte[] AclToPod(byte[] acl)
    {
        for (int at = AclHeader; at + AclEntry <= acl.Length; at += AclEntry)
        {
            Span<byte> entry = acl.AsSpan(at, AclEntry);
            if (BinaryPrimitives.ReadUInt16LittleEndian(entry) is AclUser or AclGroup)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], shift.ToPod(BinaryPrimitives.ReadUInt32LittleEndian(entry[4..])));
            }
        }

        return acl;
    }

    /// <summary>Those that count for the pod's root count for whoever is root where the image runs (capabilities(7), namespaced file capabilities).</summary>
    private byte[] CapabilityToPod(byte[] capability)
    {
        if (capability.Length != CapabilityLength + sizeof(uint))
        {
            return capability;
        }

        uint head = BinaryPrimitives.ReadUInt32LittleEndian(capability);
        if ((head & RevisionMask) != Revision3 || shift.ToPod(BinaryPrimitives.ReadUInt32LittleEndian(capability.AsSpan(CapabilityLength))) != 0)
        {
            return capability;
        }

        byte[] plain = capability[..CapabilityLength];
        BinaryPrimitives.WriteUInt32LittleEndian(plain, (head & ~RevisionMask) | Revision2);
        return plain;
    }
}

using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PureLlm.Cli.Devices;

/// <summary>What an assembly says about itself, read from its file: nothing of it is loaded, nothing runs.</summary>
internal static class PluginMetadata
{
    /// <summary>The value of an <see cref="AssemblyMetadataAttribute"/>, or null.</summary>
    /// <exception cref="BadImageFormatException">The file is no .NET assembly, or it is damaged.</exception>
    public static string? Read(string file, string key)
    {
        using FileStream stream = File.OpenRead(file);
        using var image = new PEReader(stream);
        if (!image.HasMetadata) { throw new BadImageFormatException("it has no .NET metadata"); }
        if (image.PEHeaders.SectionHeaders.Any(section => section.PointerToRawData + (long)section.SizeOfRawData > stream.Length)) { throw new BadImageFormatException("it is cut short"); }
        MetadataReader reader = image.GetMetadataReader();
        if (!reader.IsAssembly) { throw new BadImageFormatException("it is a module without an assembly"); }
        foreach (CustomAttributeHandle handle in reader.GetAssemblyDefinition().GetCustomAttributes())
        {
            CustomAttribute attribute = reader.GetCustomAttribute(handle);
            if (!IsMetadata(reader, attribute)) { continue; }
            BlobReader value = reader.GetBlobReader(attribute.Value);
            const ushort Prolog = 1;
            if (value.ReadUInt16() == Prolog && value.ReadSerializedString() == key) { return value.ReadSerializedString(); }
        }
        return null;
    }

    private static bool IsMetadata(MetadataReader reader, CustomAttribute attribute) =>
        attribute.Constructor.Kind == HandleKind.MemberReference
        && reader.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent
        && reader.StringComparer.Equals(reader.GetTypeReference((TypeReferenceHandle)parent).Name, nameof(AssemblyMetadataAttribute));
}

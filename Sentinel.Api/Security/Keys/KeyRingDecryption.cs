using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Sentinel.ServiceDefaults.Encryption;

namespace Sentinel.Api.Security.Keys;

/// <summary>Rings that were stored while the encryption was the API's own name this type to be opened with.</summary>
internal sealed class KeyRingDecryption(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) => services.GetRequiredService<KeyRingEncryption>().Decrypt(encryptedElement);
}

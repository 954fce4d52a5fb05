using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.Extensions.Configuration;
using Sentinel.ServiceDefaults.Encryption;

namespace Sentinel.Tests.ServiceDefaults;

public sealed class SecretCipherTests
{
    private const string Secret = "a secret of the test's own, long enough";

    private static readonly byte[] Plain = Encoding.UTF8.GetBytes("-----BEGIN RSA PRIVATE KEY-----");

    [Fact]
    public void Open_WithTheSameSecretPurposeAndOwner_GivesWhatWasSealed()
    {
        var sealedBytes = SecretCipher.Derive(Secret, "p").Seal(Plain, "7"u8);

        Assert.Equal(Plain, SecretCipher.Derive(Secret, "p").Open(sealedBytes, "7"u8));
        Assert.Equal(-1, sealedBytes.AsSpan().IndexOf("PRIVATE"u8));
        Assert.NotEqual(sealedBytes, SecretCipher.Derive(Secret, "p").Seal(Plain, "7"u8));
    }

    [Theory]
    [InlineData("another secret of the test's own, as long", "p", "7", -1)]
    [InlineData(Secret, "q", "7", -1)]
    [InlineData(Secret, "p", "8", -1)]
    [InlineData(Secret, "p", "7", 0)]
    [InlineData(Secret, "p", "7", 15)]
    [InlineData(Secret, "p", "7", 40)]
    public void Open_AnythingElse_IsRefused(string secret, string purpose, string owner, int altered)
    {
        var sealedBytes = SecretCipher.Derive(Secret, "p").Seal(Plain, "7"u8);
        if (altered >= 0) sealedBytes[altered] ^= 1;

        Assert.ThrowsAny<CryptographicException>(() => SecretCipher.Derive(secret, purpose).Open(sealedBytes, Encoding.UTF8.GetBytes(owner)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(27)]
    public void Open_CutShort_IsRefused(int length) =>
        Assert.ThrowsAny<CryptographicException>(() => SecretCipher.Derive(Secret, "p").Open(SecretCipher.Derive(Secret, "p").Seal(Plain).AsSpan(0, length)));

    [Fact]
    public void From_WithoutTheSetting_IsNull() => Assert.Null(SecretCipher.From(new ConfigurationManager(), "p"));

    [Fact]
    public void KeyRing_OfBeforeTheKeyWasSet_IsReadWithTheFormerSecret()
    {
        var former = SecretCipher.Derive("the OAuth client's secret", "p");
        var key = new XElement("key", new XElement("masterKey", "AAAA"));
        var stored = new KeyRingEncryption(former).Encrypt(key).EncryptedElement;

        var opened = new KeyRingEncryption(SecretCipher.Derive(Secret, "p"), former).Decrypt(stored);

        Assert.Equal(key.ToString(), opened.ToString());
        Assert.DoesNotContain("AAAA", stored.ToString(), StringComparison.Ordinal);
        Assert.ThrowsAny<CryptographicException>(() => new KeyRingEncryption(SecretCipher.Derive(Secret, "p")).Decrypt(stored));
    }
}

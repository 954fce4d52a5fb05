using Sentinel.Scanning.Identity;

namespace Sentinel.Tests.Scanning.Identity;

public sealed class CodeFingerprintTests
{
    [Theory]
    [InlineData("run:  echo   1", " run: echo 1\n")]
    [InlineData("a\r\n\tb", "a b")]
    public void Of_OtherWhiteSpace_IsTheSame(string left, string right) => Assert.Equal(CodeFingerprint.Of("f", left, "s"), CodeFingerprint.Of("f", right, "s"));

    [Theory]
    [InlineData("g", "t", "s")]
    [InlineData("f", "u", "s")]
    [InlineData("f", "t", "r")]
    [InlineData("f", "ts", "")]
    [InlineData("ft", "", "s")]
    public void Of_OtherFamilyTokensOrScope_IsAnother(string family, string tokens, string scope) =>
        Assert.NotEqual(CodeFingerprint.Of("f", "t", "s"), CodeFingerprint.Of(family, tokens, scope));

    [Fact]
    public void Secret_DependsOnKeyAndValueOnly()
    {
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

        var hash = SecretFingerprint.Of(key, "value");

        Assert.Equal(64, hash.Length);
        Assert.Equal(hash, SecretFingerprint.Of(key, "value"));
        Assert.NotEqual(hash, SecretFingerprint.Of(new byte[32], "value"));
        Assert.NotEqual(hash, SecretFingerprint.Of(key, "valuf"));
    }
}

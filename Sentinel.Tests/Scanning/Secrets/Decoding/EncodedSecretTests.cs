using System.IO.Compression;
using System.Text;
using CsCheck;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets.Decoding;

namespace Sentinel.Tests.Scanning.Secrets.Decoding;

/// <summary>Secrets that stand in a text encoded, once or several times over.</summary>
public sealed class EncodedSecretTests
{
    private static readonly Dictionary<string, Func<string, string>> Encoders = new(StringComparer.Ordinal)
    {
        ["base64"] = text => Convert.ToBase64String(Encoding.UTF8.GetBytes(text)),
        ["base64url"] = text => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text)),
        ["hex"] = text => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)),
        ["percent"] = text => string.Concat(text.Select(c => $"%{(int)c:X2}")),
        ["json"] = text => string.Concat(text.Select(c => $"\\u{(int)c:x4}")),
        ["c"] = text => string.Concat(text.Select(c => $"\\x{(int)c:x2}")),
        ["gzip"] = text => Convert.ToBase64String(Gzip(Encoding.UTF8.GetBytes(text))),
        ["utf16"] = text => Convert.ToBase64String(Encoding.Unicode.GetBytes(text)),
    };

    public static TheoryData<string> Names() => [.. Encoders.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Scan_EncodedToken_IsFoundAtItsSpan(string encoder)
    {
        var token = SecretScans.GitHubToken("encoded");
        var encoded = Encoders[encoder]($"token={token} for the deployment");

        var secret = Assert.Single(SecretScans.Scan($"first line\nvalue: \"{encoded}\"\nlast line"));

        Assert.Equal(token, secret.Value);
        Assert.Equal("github-pat", secret.Rule.Id);
        Assert.NotNull(secret.Encoding);
        Assert.InRange(secret.Start, 18, 20);
        Assert.InRange(secret.End, 18 + encoded.Length - 3, 19 + encoded.Length);
    }

    [Fact]
    public void Scan_AnyTwoOrThreeEncodings_AreUndone() =>
        Gen.Select(Gen.Int[0, Encoders.Count - 1].Select(i => Encoders.Keys.ElementAt(i)).Array[2, 3], Gen.Int).Sample(
            (chain, seed) =>
            {
                var token = SecretScans.GitHubToken($"chain{seed}");
                var text = chain.Aggregate($"the token is {token}, keep it", (inner, name) => $"data={Encoders[name](inner)} ");

                Assert.Contains(SecretScans.Scan(text), s => s.Value == token);
            }, iter: 60);

    [Fact]
    public void Scan_EncodedFourTimes_IsLeftAlone()
    {
        var text = Enumerable.Range(0, 4).Aggregate(SecretScans.GitHubToken("deep"), (inner, _) => Encoders["base64"]($"value = {inner}"));

        Assert.Empty(SecretScans.Scan(text));
    }

    [Fact]
    public void Scan_NameBeforeAnEncodedValue_IsReadWithIt()
    {
        var password = SampleExpander.Expand("<mixed:24>", "encoded-password");

        var secret = Assert.Single(SecretScans.Scan($"kind: Secret\ndata:\n  db_password: {Encoders["base64"](password)}\n", "secret.yaml"));

        Assert.Equal(password, secret.Value);
        Assert.Equal("base64", secret.Encoding);
    }

    [Fact]
    public void Find_DecompressionBomb_StopsAtTheBudget()
    {
        var bomb = Convert.ToBase64String(Gzip(new byte[100_000_000].AsSpan().ToArray()));
        var budget = 1L << 20;

        SpanDecoder.Find(Encoding.ASCII.GetBytes($"bomb: {bomb}"), ref budget);

        Assert.InRange(budget, -65_536, 0);
    }

    [Fact]
    public void Scan_SpanOfManyEncodings_EndsWithinItsBudget()
    {
        // Each level decodes to a text full of encoded spans of its own.
        var text = string.Join(' ', Enumerable.Repeat(Encoders["base64"](string.Join(' ', Enumerable.Repeat(Encoders["base64"](string.Join(' ', Enumerable.Repeat(Encoders["hex"]("some words to read here"), 40))), 40))), 40));

        Assert.Empty(SecretScans.Scan(text));
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Optimal)) gzip.Write(bytes);
        return result.ToArray();
    }
}

using System.Text;

namespace Sentinel.Tests.Scanning;

/// <summary>Contents that break careless parsers: empty, binary, cut, deep, huge.</summary>
internal static class HostileInput
{
    private const int Large = 10 * 1024 * 1024;

    public static IReadOnlyDictionary<string, Func<byte[]>> All { get; } = new Dictionary<string, Func<byte[]>>
    {
        ["empty"] = () => [],
        ["one byte"] = () => [0x80],
        ["byte order marks only"] = () => [0xEF, 0xBB, 0xBF],
        ["half a UTF-16 unit"] = () => [0xFF, 0xFE, 0x61],
        ["binary"] = () => Noise(256 * 1024),
        ["invalid UTF-8"] = () => [.. Enumerable.Range(0, 64 * 1024).Select(i => (byte)(0x80 + (i % 128)))],
        ["one line of 10 MiB"] = () => Repeated("a"),
        ["no line of any length"] = () => Repeated("\n"),
        ["carriage returns"] = () => Repeated("\r"),
        ["words for secrets"] = () => Repeated("secret=token:password="),
        ["begun keys"] = () => Repeated("-----BEGIN RSA PRIVATE KEY-----\n"),
        ["addresses"] = () => Repeated("https://a:b"),
        ["token prefixes"] = () => Repeated("ghp_AKIAeyJ.eyJsk-ant-xoxb-"),
        ["long base64"] = () => Repeated("QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVowMTIzNDU2Nzg5"),
        ["open brackets"] = () => Repeated("[", 1024 * 1024),
        ["open braces"] = () => Repeated("{a: ", 1024 * 1024),
        ["nested sequences"] = () => Repeated("- ", 1024 * 1024),
        ["deep indentation"] = () => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3000).Select(i => new string(' ', i) + "a:\n"))),
        ["aliases of aliases"] = () => Encoding.UTF8.GetBytes(
            "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + string.Concat(Enumerable.Range(1, 40).Select(i => $"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 9))}]\n"))),
        ["unclosed quotes"] = () => Repeated("run: \"\\"),
        ["continued lines"] = () => Repeated("RUN a \\\n"),
        ["unclosed expressions"] = () => Repeated("${{ github.event."),
        ["many stages"] = () => Repeated("FROM a AS b\nRUN sudo x\n", 1024 * 1024),
    };

    private static byte[] Repeated(string part, int length = Large)
    {
        var bytes = Encoding.UTF8.GetBytes(part);
        var result = new byte[length];
        for (var i = 0; i < length; i++) result[i] = bytes[i % bytes.Length];
        return result;
    }

    // A fixed sequence (Numerical Recipes' linear congruential generator): runs must be repeatable.
    private static byte[] Noise(int length)
    {
        var result = new byte[length];
        var state = 1u;
        for (var i = 0; i < length; i++)
        {
            state = (state * 1664525) + 1013904223;
            result[i] = (byte)(state >> 24);
        }
        return result;
    }
}

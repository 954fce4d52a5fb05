using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Worker.Liveness;

/// <summary>A raw secret on its way to its provider. Lives in memory only and prints as a mask.</summary>
internal sealed class LeakedValue(string fingerprint, string ruleId, string value, IReadOnlyList<KeyValuePair<string, string>> parts)
{
    /// <summary>The keyed hash that its findings carry.</summary>
    public string Fingerprint { get; } = fingerprint;

    public string RuleId { get; } = ruleId;

    public string Value { get; } = value;

    /// <summary>Whether a header can carry it and its parts.</summary>
    public bool IsSendable => IsPlain(Value) && parts.All(p => IsPlain(p.Value));

    /// <summary>What stands beside the secret under one of the names; null when nothing does.</summary>
    public string? Part(string name) => parts.FirstOrDefault(p => string.Equals(p.Key, name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>64 hexadecimal digits over the value and the parts that are sent with it; null when none are.</summary>
    public string? PartsHash(IReadOnlyList<string> names, ReadOnlySpan<byte> key) => names.Count == 0
        ? null
        : Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"parts\0{Value}\0{string.Join('\0', names.Select(Part))}")));

    public override string ToString() => $"{RuleId} {Fingerprint[..Math.Min(8, Fingerprint.Length)]}";

    // Anything else could end a header and begin another.
    private static bool IsPlain(string text) => text.Length is > 0 and <= 8192 && text.All(c => c is > ' ' and < (char)127);
}

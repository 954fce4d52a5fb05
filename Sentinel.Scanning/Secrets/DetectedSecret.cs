namespace Sentinel.Scanning.Secrets;

/// <summary>A secret in a text. Holds the raw value: never leaves the scanner's memory.</summary>
/// <param name="Rule">The rule that found it.</param>
/// <param name="Start">Index of its first byte in the text; of the encoded span's first byte when it was encoded.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Value">The secret, decoded.</param>
/// <param name="Confidence">The rule's, or less.</param>
/// <param name="Parts">What belongs to it, such as an account's id.</param>
/// <param name="Encoding">How it was encoded, outermost first (<c>base64, gzip</c>); null when it stands in the clear.</param>
/// <param name="Allowance">Why it is not reported; null when it is.</param>
internal sealed record DetectedSecret(
    RuleDescriptor Rule, int Start, int Length, string Value, Confidence Confidence, IReadOnlyList<DetectedPart> Parts, string? Encoding, Suppression? Allowance)
{
    public int End => Start + Length;

    /// <summary>Whether it has the shape of its format and not its checksum.</summary>
    public bool IsMalformed { get; init; }

    // The compiler's version would print the value.
    public override string ToString() => $"{Rule.Id} at {Start}, {Length} bytes";
}

/// <summary>What belongs to a secret. Holds the raw value.</summary>
internal sealed record DetectedPart(string Name, string Value, int Start, int Length)
{
    public override string ToString() => $"{Name} at {Start}, {Length} bytes";
}

namespace Sentinel.Scanning.Secrets.Matching;

/// <summary>A value that a rule took for a secret, before overlaps are settled.</summary>
/// <param name="Rule">Null for the generic rule.</param>
/// <param name="Start">Index of the first byte.</param>
/// <param name="Distance">Bytes between keyword and value; 0 where the pattern holds both.</param>
/// <param name="MatchStart">Index of the first byte of the whole match.</param>
internal readonly record struct Candidate(SecretRule? Rule, int Start, int Length, Confidence Confidence, int Distance, int MatchStart, int MatchLength)
{
    public int End => Start + Length;

    /// <summary>Without a rule of its own: whether a vendor's name called it up, and not a word for a secret.</summary>
    public bool IsVendor { get; init; }

    public RuleDescriptor Descriptor => Rule?.Descriptor ?? (IsVendor ? Generic.VendorSecret.Descriptor : Generic.GenericSecret.Descriptor);

    /// <summary>Better ones first: a format of its own, then a vendor's name nearby, then a format that several vendors share, then a name that speaks of a secret.</summary>
    public int Rank => Rule is null ? (IsVendor ? 3 : 4) : Rule.Data.Yields ? 2 : Rule.IsValue ? 1 : 0;
}

using Sentinel.Scanning.Secrets.Generic;

namespace Sentinel.Scanning.Secrets;

/// <summary>Whether what a rule matched is a secret: no placeholder, random enough, valid where its format can tell.</summary>
internal static class SecretJudgement
{
    // A token of a format of its own needs no more; a bare value near a name must look drawn at random.
    private const double MinValueEntropy = 2.8;
    private const double MinShortEntropy = 2.1;
    private const int ShortLength = 20;
    private const double MinValueRarity = 3.2;

    /// <param name="after">What follows the value.</param>
    /// <returns>How sure it is; null when it is none.</returns>
    public static Confidence? Of(SecretRule rule, ReadOnlySpan<char> value, ReadOnlySpan<byte> after)
    {
        // A user's configuration says itself what does not count.
        if (rule.Data.IsWhole) return rule.Data.MinEntropy == 0 || SecretShape.Entropy(value) > rule.Data.MinEntropy ? rule.Descriptor.Confidence : null;
        if (SecretShape.IsPlaceholder(SecretShape.Secretive(value)) || SecretShape.IsCrossedOut(value)) return null;
        if (rule.Data.MinEntropy > 0 && SecretShape.Entropy(value) < rule.Data.MinEntropy) return null;
        if (rule.IsValue && !IsRandom(rule, value)) return null;
        if (rule.Data.Pattern is { } pattern && pattern.Contains("://", StringComparison.Ordinal) && (SecretShape.IsStockPassword(value) || SecretShape.IsReservedHost(after))) return null;

        return SecretShape.Passes(rule.Data.Check, value) switch
        {
            true => rule.Descriptor.Confidence,
            // The right shape with a wrong checksum was typed by hand or cut: worth a look, not an alarm.
            null => Confidence.Low,
            false => null,
        };
    }

    private static bool IsRandom(SecretRule rule, ReadOnlySpan<char> value)
    {
        // Few characters drawn at random repeat some of them.
        var least = value.Length < ShortLength ? MinShortEntropy : MinValueEntropy;
        if (SecretShape.Entropy(value) < (rule.Data.MinEntropy > 0 ? Math.Min(least, rule.Data.MinEntropy) : least)) return false;
        if (SecretShape.IsGuid(value)) return rule.Shape.Characters.Contains('-') && rule.Shape.MinLength <= 36;
        // Numbers alone are what the rule asked for; letters alone must not be words.
        return value.ContainsAnyInRange('0', '9') || TokenRarity.Instance.BitsPerCharacter(value) >= MinValueRarity;
    }
}

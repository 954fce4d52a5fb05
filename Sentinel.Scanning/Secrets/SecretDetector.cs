using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Secrets;

/// <summary>A secret in a text.</summary>
internal readonly record struct DetectedSecret(SecretRule Rule, int Start, int Length, Confidence Confidence);

/// <summary>Finds secrets in a text: keywords of all rules in one pass, then only the rules they call up, each on a bounded window.</summary>
internal static class SecretDetector
{
    private const int MaxSecrets = 2000;
    private const int MaxJoined = 8;

    private static readonly Lazy<KeywordIndex> Index = new(() => new KeywordIndex([.. SecretRules.All, GenericSecret.Rule]));

    /// <summary>Whether the text may hold a secret at all; false for almost every file.</summary>
    public static bool MayHold(ReadOnlySpan<char> text) => Index.Value.Any(text);

    /// <summary>The secrets in order, none overlapping another; a provider's rule wins over the generic one.</summary>
    public static IReadOnlyList<DetectedSecret> Detect(string text, string path, CancellationToken cancellationToken)
    {
        var found = new List<DetectedSecret>();
        foreach (var (rule, start, end) in Windows(text))
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var match = rule.Pattern.Match(text, start, end - start); match.Success; match = Next(rule, text, match, end))
            {
                if (Judge(rule, match, text, path, start, end) is { } secret) found.Add(secret);
                if (found.Count > MaxSecrets * 4) return WithoutOverlaps(found);
            }
        }
        return WithoutOverlaps(found);
    }

    // Windows of a rule that overlap are joined, up to a bound, so that a text of keywords alone is read about once and not once for each.
    private static IEnumerable<(SecretRule Rule, int Start, int End)> Windows(string text)
    {
        var open = new Dictionary<SecretRule, (int Start, int End)>();
        foreach (var (index, rule) in Index.Value.Hits(text))
        {
            var start = Math.Max(0, index - SecretRule.WindowBefore);
            var end = Math.Min(text.Length, index + rule.WindowAfter);
            if (open.TryGetValue(rule, out var window))
            {
                if (start <= window.End && end - window.Start <= MaxJoined * (SecretRule.WindowBefore + rule.WindowAfter))
                {
                    open[rule] = (window.Start, end);
                    continue;
                }
                yield return (rule, window.Start, window.End);
            }
            open[rule] = (start, end);
        }
        foreach (var (rule, window) in open) yield return (rule, window.Start, window.End);
    }

    // Window boundaries look like text boundaries to the pattern: a match that begins or ends in the middle of a word is none.
    private static DetectedSecret? Judge(SecretRule rule, Match match, string text, string path, int start, int end)
    {
        if (match.Index == start && start > 0 && IsWord(text[start - 1]) && IsWord(text[start])) return null;
        var matchEnd = match.Index + match.Length;
        if (matchEnd == end && end < text.Length && IsWord(text[end - 1]) && IsWord(text[end])) return null;

        var group = rule == GenericSecret.Rule ? GenericSecret.Judge(match, path) : match.Groups[1];
        if (group is null || SecretShape.IsPlaceholder(group.ValueSpan)) return null;
        if (rule.MinEntropy > 0 && rule != GenericSecret.Rule && SecretShape.Entropy(group.ValueSpan) < rule.MinEntropy) return null;

        if (rule.PatternText.Contains("://", StringComparison.Ordinal) && (SecretShape.IsStockPassword(group.ValueSpan) || SecretShape.IsReservedHost(text.AsSpan(group.Index + group.Length)))) return null;

        var confidence = rule.Descriptor.Confidence;
        switch (rule.Check)
        {
            case SecretCheck.Jwt when !SecretShape.IsSignedJwt(group.ValueSpan):
                return null;
            case SecretCheck.GitHubChecksum when !SecretShape.HasGitHubChecksum(group.ValueSpan):
                // The right shape with a wrong checksum was typed by hand or cut: worth a look, not an alarm.
                confidence = Confidence.Low;
                break;
            case SecretCheck.AwsAccount when SecretShape.Entropy(group.ValueSpan[4..]) < 2.5:
                return null;
            default:
                break;
        }
        return new DetectedSecret(rule, group.Index, group.Length, confidence);
    }

    private static Match Next(SecretRule rule, string text, Match match, int end)
    {
        var from = match.Index + Math.Max(1, match.Length);
        return from >= end ? Match.Empty : rule.Pattern.Match(text, from, end - from);
    }

    private static List<DetectedSecret> WithoutOverlaps(List<DetectedSecret> found)
    {
        var kept = new List<DetectedSecret>();
        var best = found
            .OrderBy(s => s.Rule == GenericSecret.Rule)
            .ThenByDescending(s => s.Confidence).ThenByDescending(s => s.Length).ThenBy(s => s.Start)
            .ThenBy(s => s.Rule.Descriptor.Id, StringComparer.Ordinal);
        foreach (var secret in best)
        {
            if (kept.Count < MaxSecrets && !kept.Any(k => secret.Start < k.Start + k.Length && k.Start < secret.Start + secret.Length)) kept.Add(secret);
        }
        return [.. kept.OrderBy(s => s.Start)];
    }

    private static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}

using System.Text.RegularExpressions;

namespace Sentinel.AiService.Answers;

/// <summary>
/// Refuses answers that do what was not asked: judge the finding away, send the reader's credentials elsewhere, switch the scanner
/// off, or talk about the instructions. A person would believe them because Sentinel shows them, and they are what injected text
/// mostly aims at. A wrong refusal costs an explanation: the rule's guidance is shown instead.
/// </summary>
internal static partial class VerdictGuard
{
    private const int Timeout = 500;

    public static bool Refuses(ModelAnswer answer, string fence) =>
        Texts(answer).Any(text => text.Contains(fence.Trim('='), StringComparison.OrdinalIgnoreCase) || Verdict().IsMatch(text) || Lure().IsMatch(text) || Leak().IsMatch(text));

    private static IEnumerable<string> Texts(ModelAnswer answer) =>
        [answer.Summary, answer.Impact, answer.Remediation, .. answer.Claims.Select(c => c.Text)];

    // Says that nothing has to be done.
    [GeneratedRegex(
        @"\bfalse[\s-]{1,3}(?:positive|alarm)"
        + @"|\bsafe(?:ly)?\s+(?:to\s+)?(?:be\s+)?(?:ignored?|dismiss(?:ed)?|suppress(?:ed)?|merged?)\b|\bcan\s+be\s+(?:safely\s+)?(?:ignored|dismissed|suppressed)\b"
        + @"|\b(?:should|must|may|please)\s+(?:be\s+)?(?:ignored?|dismiss(?:ed)?|suppress(?:ed)?)\b"
        + @"|\bno\s+(?:further\s+)?(?:action|fix|change|changes|remediation|repair)\s+(?:is\s+|are\s+)?(?:needed|required|necessary)\b"
        + @"|\bnothing\s+(?:here\s+)?(?:(?:needs\s+)?to\s+(?:be\s+)?(?:fix|fixed|worry|do|done|change|changed|repair|repaired)|is\s+wrong)\b"
        + @"|\b(?:not|isn't|no)\s+(?:actually\s+)?(?:a\s+|an\s+)?(?:real\s+|actual\s+|genuine\s+)?(?:vulnerabilit(?:y|ies)|security\s+(?:issue|problem|risk))\b"
        + @"|\bthe\s+(?:code|file|finding|repository)\s+(?:is|has\s+been)\s+(?:completely\s+|perfectly\s+)?(?:secure|pre-?approved|whitelisted|allowlisted|clean)\b"
        + @"|\b(?:was|were|is|been|already)\s+(?:approved|cleared|reviewed|audited|signed\s+off|accepted)\s+by\b"
        + @"|\bseverity\s+(?:is|should\s+be|must\s+be|was|has\s+been|can\s+be)\s+(?:set\s+to\s+)?(?:low|info|informational|none|lowered|downgraded|reduced)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Verdict();

    // Wants from the reader what no repair needs: credentials to an address, the scanner gone, a download run.
    [GeneratedRegex(
        @"\b(?:token|password|secret|key|credential|cookie)s?\b[^.\n]{0,160}(?:\[link removed\]|[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{2,63})"
        + @"|\b(?:disable|turn\s+off|uninstall|remove|switch\s+off|mute)\s+(?:the\s+)?(?:sentinel\b|scanner|security\s+scan|this\s+rule)"
        + @"|\b(?:curl|wget|iwr|irm)\b[^\n|]{0,300}\[link removed\][^\n|]{0,100}\|\s*(?:sudo\s+)?(?:ba|z|da|pwsh|power)?(?:sh|iex|shell|python3?)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Lure();

    // Talks about its orders, or obeys others.
    [GeneratedRegex(
        @"\bmy\s+(?:system\s+)?(?:instructions?|prompts?)\b|\bsystem\s+prompt\b|\bignor\w{1,4}\s+(?:all\s+)?(?:of\s+)?(?:the\s+|my\s+|your\s+)?(?:previous|prior|earlier)\b"
        + @"|\bas\s+(?:instructed|requested|ordered|told)\s+(?:by|in)\b|\bfence\s+line|\bi\s+am\s+now\b|\bas\s+an?\s+(?:ai|(?:large\s+)?language\s+model)\b"
        + @"|\b(?:jailbreak|dan|god)\s+mode\b|\bpwned\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Leak();
}

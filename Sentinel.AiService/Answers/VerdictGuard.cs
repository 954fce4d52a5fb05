using System.Text.RegularExpressions;

namespace Sentinel.AiService.Answers;

/// <summary>
/// Refuses answers that do what was not asked: judge the finding away, send the reader elsewhere, or talk about the instructions. A
/// person would believe them because Sentinel shows them, and they are what injected text mostly aims at.
/// </summary>
internal static partial class VerdictGuard
{
    private const int Timeout = 500;

    public static bool Refuses(ModelAnswer answer, string fence) =>
        Texts(answer).Any(text => text.Contains(fence[10..^5], StringComparison.OrdinalIgnoreCase) || Verdict().IsMatch(text) || Lure().IsMatch(text) || Leak().IsMatch(text));

    private static IEnumerable<string> Texts(ModelAnswer answer) =>
        [answer.Summary, answer.Impact, answer.Remediation, .. answer.Claims.Select(c => c.Text)];

    // Says that nothing has to be done.
    [GeneratedRegex(
        @"\bfalse[\s-]{1,3}(?:positive|alarm)|\b(?:is|are|be|being)\s+(?:completely\s+|perfectly\s+|entirely\s+|totally\s+)?(?:safe|fine|ok|okay|harmless)\s+to\s+(?:ignore|merge|deploy|ship|dismiss|suppress)"
        + @"|\bsafe(?:ly)?\s+(?:to\s+)?(?:be\s+)?(?:ignored?|dismiss(?:ed)?|suppress(?:ed)?)\b|\bcan\s+be\s+(?:safely\s+)?(?:ignored|dismissed|suppressed|closed)"
        + @"|\b(?:no|without)\s+(?:further\s+)?(?:action|fix|change|remediation|changes)\s+(?:is|are|was|needed|required|necessary)|\bnothing\s+(?:needs\s+)?to\s+(?:fix|be\s+fixed|worry|do|change)\b"
        + @"|\b(?:not|isn't|no)\s+(?:actually\s+)?(?:a\s+|an\s+)?(?:real\s+|actual\s+|genuine\s+)?(?:vulnerabilit(?:y|ies)|security\s+(?:issue|problem|risk))\b"
        + @"|\bthe\s+(?:code|file|finding|repository|workflow|image)\s+(?:is|has\s+been)\s+(?:secure|approved|verified|reviewed|audited|whitelisted|allowlisted|clean)\b"
        + @"|\b(?:approved|cleared|reviewed|audited|signed\s+off)\s+by\s+(?:the\s+)?(?:security|sentinel|anthropic|openai|google|ciso)"
        + @"|\bseverity\s+(?:is|should\s+be|must\s+be|was|has\s+been|can\s+be)\s+(?:set\s+to\s+)?(?:low|info|informational|none|lowered|downgraded|reduced)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Verdict();

    // Wants something from the reader that no repair needs.
    [GeneratedRegex(
        @"\b(?:send|post|e?mail|upload|paste|submit|share|forward|report)\s+(?:\w+\s+){0,4}?(?:token|password|secret|key|credential|credentials|keys|tokens|secrets|passwords)s?\s+(?:\w+\s+){0,3}?(?:to|at|in|into|with)\b"
        + @"|\b(?:disable|turn\s+off|uninstall|remove|switch\s+off|mute)\s+(?:the\s+)?(?:sentinel|scanner|security\s+scan(?:ner|ning)?|this\s+rule)\b"
        + @"|\b(?:curl|wget|iwr|invoke-webrequest)\b[^\n|]{0,300}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b\s*(?:to|and|first|as)\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Lure();

    // Talks about its orders, or obeys others.
    [GeneratedRegex(
        @"\b(?:my|your|the|these|previous|prior|above|system)\s+(?:system\s+)?(?:instructions?|prompts?)\b|\bsystem\s+prompt\b|\bas\s+(?:instructed|requested|ordered|told)\s+(?:by|in)\s+(?:the\s+)?(?:code|comment|file|repository|data|path|message)"
        + @"|\bfence\s+line|\bi\s+am\s+now\b|\bas\s+an?\s+(?:ai|large\s+language)\s+model\b|\b(?:developer|debug|admin|jailbreak|dan|god)\s+mode\s+(?:is\s+)?(?:enabled|activated|on)\b|\bpwned\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, Timeout)]
    private static partial Regex Leak();
}

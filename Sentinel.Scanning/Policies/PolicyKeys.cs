using System.Globalization;

namespace Sentinel.Scanning.Policies;

/// <summary>The table of everything that a policy file can say.</summary>
internal static class PolicyKeys
{
    /// <summary>The word for a gate that nothing closes.</summary>
    public const string Never = "none";

    /// <summary>How a day is written.</summary>
    public const string DateFormat = "yyyy-MM-dd";

    private const int MaxPatterns = 200;
    private const int MaxSuppressions = 500;
    private const int MaxReason = 1000;
    private const int MaxRule = 100;
    private const int FingerprintDigits = 64;

    private static readonly string[] Severities = ["info", "low", "medium", "high", "critical"];

    private static readonly PolicyShape.Text Pattern = new(
        "A path from the root of the repository. * and ? stand for characters of one name, ** for any number of folders; a pattern that ends with / means everything below.",
        Glob.MaxLength, @"^[^/!\\{](.*[^\\])?$", text => Glob.FaultOf(text) is { } fault ? new TextFault(fault.Message, fault.Remedy) : null);

    /// <summary>The whole file.</summary>
    public static PolicyShape.Group Root { get; } = new(
        "What Sentinel does about the findings of this repository. It is read from the commit on which a change is based.",
        new PolicyKey("version", new PolicyShape.Number("The version of this format: 1.", 1, 1, Default: null), IsRequired: true),
        new PolicyKey("gate", Gate()),
        new PolicyKey("paths", Paths()),
        new PolicyKey("suppressions", new PolicyShape.List("Findings that are allowed, each with a reason.", MaxSuppressions, Suppression())),
        new PolicyKey("comments", Comments()),
        new PolicyKey("ai", Ai()));

    private static PolicyShape.Group Gate() => new(
        "What makes a check fail: a finding at or above both thresholds.",
        new PolicyKey("severity", new PolicyShape.Choice("Least severity that blocks; none lets everything pass.", "high", [Never, .. Severities])),
        new PolicyKey("confidence", new PolicyShape.Choice("Least confidence that blocks.", "medium", "low", "medium", "high")),
        new PolicyKey("only-new", new PolicyShape.Flag("Whether only what the change itself brings can block.", true)));

    private static PolicyShape.Group Paths() => new(
        "Where findings count. Everything is scanned whatever stands here, and what does not count is told.",
        new PolicyKey("include", new PolicyShape.List("Only paths that match one of these count. Without it all do.", MaxPatterns, Pattern)),
        new PolicyKey("exclude", new PolicyShape.List("Paths that match one of these do not count.", MaxPatterns, Pattern)));

    private static PolicyShape.Group Suppression() => new(
        "A finding is allowed when everything that is given here fits it. Only its own fingerprint allows a secret that its provider confirmed to be live.",
        new PolicyKey("rule", new PolicyShape.Text("The rule's id.", MaxRule, "^[a-z0-9]+(-[a-z0-9]+)*$", RuleFault), IsRequired: true),
        new PolicyKey("path", Pattern),
        new PolicyKey("fingerprint", new PolicyShape.Text("The finding's fingerprint: exactly this defect or value.", FingerprintDigits, "^[0-9a-f]{64}$", FingerprintFault)),
        new PolicyKey("reason", new PolicyShape.Text("Why, for whoever reads it in a year.", MaxReason, @"\S", ReasonFault), IsRequired: true),
        new PolicyKey("expires", new PolicyShape.Text("The last day (UTC) on which it has effect. Without it there is no end.", DateFormat.Length, @"^\d{4}-\d{2}-\d{2}$", DateFault)));

    private static PolicyShape.Group Comments() => new(
        "How much is said on a pull request; the dashboard always has everything.",
        new PolicyKey("minimum-severity", new PolicyShape.Choice("Least severity that gets a comment.", "medium", Severities)),
        new PolicyKey("maximum", new PolicyShape.Number("Most comments on one pull request.", 0, PolicyComments.Most, 10)),
        new PolicyKey("minimum-acted-on", new PolicyShape.Number(
            "Percent: a rule of which people act on less than this share of what it told is left out of the comments. 0 leaves none out.", 0, 100, PolicyComments.DefaultMinimumActedOn)));

    private static PolicyShape.Group Ai() => new(
        "What a language model may be asked about this repository, where the installation has one.",
        new PolicyKey("explain", new PolicyShape.Flag("To explain findings.", true)),
        new PolicyKey("fix", new PolicyShape.Flag("To propose fixes.", true)));

    private static TextFault? RuleFault(string text) =>
        text.Split('-').All(part => part.Length > 0 && part.All(c => char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c)))
            ? null
            : new TextFault($"{PolicyErrors.Quote(text)} is no rule's id.", "Write the id as a report shows it, for instance unpinned-uses.");

    private static TextFault? FingerprintFault(string text) =>
        text.Length == FingerprintDigits && text.All(char.IsAsciiHexDigitLower)
            ? null
            : new TextFault($"{PolicyErrors.Quote(text)} is no fingerprint.", "Copy its 64 hexadecimal digits from the finding.");

    private static TextFault? ReasonFault(string text) =>
        string.IsNullOrWhiteSpace(text) ? new TextFault("The reason is empty.", "Say why this is allowed.") : null;

    private static TextFault? DateFault(string text) =>
        DateOnly.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
            ? null
            : new TextFault($"{PolicyErrors.Quote(text)} is no day.", "Write year, month and day, for instance 2027-01-31.");
}

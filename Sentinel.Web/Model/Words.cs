using System.Text;
using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Noise;
using Sentinel.Contracts.Scans;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Web.Model;

/// <summary>How the codes of the contracts read to a person, and how enums stand in an address.</summary>
public static class Words
{
    /// <summary>kebab-case code of an enum value: <c>PullRequest</c> is <c>pull-request</c>.</summary>
    public static string Code<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        var code = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i]))
                code.Append('-');
            code.Append(char.ToLowerInvariant(name[i]));
        }
        return code.ToString();
    }

    public static string? Codes<T>(IReadOnlyList<T> values) where T : struct, Enum =>
        values.Count == 0 ? null : string.Join(',', values.Select(Code));

    public static T? ParseCode<T>(string? text) where T : struct, Enum
    {
        foreach (var value in Enum.GetValues<T>())
        {
            if (string.Equals(Code(value), text, StringComparison.OrdinalIgnoreCase))
                return value;
        }
        return null;
    }

    /// <summary>Comma-separated codes, each once and in the enum's order; unknown ones are left out.</summary>
    public static IReadOnlyList<T> ParseCodes<T>(string? text) where T : struct, Enum =>
        string.IsNullOrEmpty(text)
            ? []
            : [.. text.Split(',', 32).Select(ParseCode<T>).OfType<T>().Distinct().Order()];

    public static string Of(FindingState state) => state switch
    {
        FindingState.Removed => "Removed, still live",
        _ => state.ToString(),
    };

    public static string Of(CommentState state) => state switch
    {
        CommentState.Speaks => "Comments",
        CommentState.DashboardOnly => "Dashboard only",
        _ => "Always comments",
    };

    public static string Of(FindingCategory category) => category switch
    {
        FindingCategory.Secret => "Secrets",
        FindingCategory.Dependency => "Dependencies",
        FindingCategory.Workflow => "Workflows",
        _ => category.ToString(),
    };

    public static string Of(DismissReason reason) => reason switch
    {
        DismissReason.FalsePositive => "False positive",
        DismissReason.AcceptedRisk => "Accepted risk",
        _ => "Won't fix",
    };

    public static string Of(FindingCause cause) => cause switch
    {
        FindingCause.Code => "a change of the code",
        FindingCause.RulePack => "a new rule pack",
        FindingCause.AdvisorySnapshot => "new advisories",
        FindingCause.Liveness => "its provider's answer",
        FindingCause.Configuration => "a change of configuration",
        FindingCause.ScannerCoverage => "scanner coverage",
        _ => "a person",
    };

    public static string Of(FindingEventKind kind) => kind switch
    {
        FindingEventKind.Removed => "Removed from the code",
        FindingEventKind.Undismissed => "Dismissal withdrawn",
        _ => kind.ToString(),
    };

    public static string Of(ScanKind kind) => kind switch
    {
        ScanKind.PullRequest => "Pull request",
        ScanKind.Rerun => "Re-run",
        ScanKind.Dropped => "Dropped commits",
        _ => kind.ToString(),
    };

    public static string Of(ScanStatus status) => status == ScanStatus.DeadLettered ? "Dead letter" : status.ToString();

    public static string Of(ScanPhase phase) => phase switch
    {
        ScanPhase.Waiting => "Waiting for a worker",
        ScanPhase.Fetch => "Fetch",
        ScanPhase.List => "List files",
        ScanPhase.Analyse => "Analyse",
        ScanPhase.Match => "Match with history",
        ScanPhase.Persist => "Save findings",
        _ => "Done",
    };

    public static string Of(Role role) => role switch
    {
        Role.Viewer => "Viewer: read",
        Role.Triager => "Triager: read, scan, dismiss, reopen",
        _ => "Admin: everything",
    };

    public static string SkipReason(string code) => code switch
    {
        "binary" => "Binary file",
        "too-large" => "Larger than the file size limit",
        "symlink" => "Symbolic link",
        "submodule" => "Submodule: scan it as its own repository",
        "lfs-pointer" => "Content is in Git LFS",
        "timeout" => "Took longer than the time limit",
        "unreadable" => "Could not be read",
        "not-served" => "The remote does not hand out these commits",
        "limit" => "Beyond the limits of the scan",
        _ => code,
    };

    public static string Gap(string code) => code switch
    {
        "never-scanned" => "Never scanned",
        "last-scan-failed" => "Last scan failed",
        "files-skipped" => "Files skipped",
        "plugin-failed" => "Plug-in failed",
        "stale" => "Not scanned lately",
        _ => code,
    };

    public static string GuidanceReason(string? code) => code switch
    {
        "no-key" => "no model is configured",
        "policy" => "the repository's policy lets no model be asked",
        "timeout" => "the model took too long",
        "unavailable" => "the model could not be reached",
        "budget" => "the day's budget for the model is used up",
        "unusable-answer" => "the model's answer could not be used",
        "no-evidence" => "nothing the model said could be proved from the code",
        null or "" => "no model was asked",
        _ => code,
    };
}

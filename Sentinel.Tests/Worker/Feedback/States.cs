using Sentinel.Contracts.Findings;
using Sentinel.Contracts.Scans;
using Sentinel.Worker.Feedback;

namespace Sentinel.Tests.Worker.Feedback;

/// <summary>States of a commit, of which a test names only what it is about.</summary>
internal static class States
{
    public const string Head = "1111111111111111111111111111111111111111";
    public const string Base = "2222222222222222222222222222222222222222";

    public static HeadState State(ScanStatus status = ScanStatus.Succeeded, int before = 0, params JudgedFinding[] findings) => new()
    {
        ScanId = new Guid("00000000-0000-7000-8000-000000000001"),
        PullRequest = 7,
        Repository = "acme/shop",
        WebUrl = "https://github.com/acme/shop",
        HeadSha = Head,
        Status = status,
        Phase = ScanPhase.Done,
        FilesDone = 10,
        FilesTotal = 10,
        FilesSkipped = 0,
        ErrorDetail = null,
        Incomplete = [],
        StartedAt = null,
        CompletedAt = null,
        RequestId = "request-1",
        BaseRef = "main",
        Comparison = new Comparison(ComparisonKind.MergeBase, Base, new HashSet<Guid>(), SameRules: true),
        Findings = findings,
        Before = before,
    };

    /// <param name="number">Tells findings apart.</param>
    public static JudgedFinding Finding(
        int number = 1, FindingOrigin origin = FindingOrigin.Introduced, Severity severity = Severity.High, Confidence confidence = Confidence.High,
        string title = "A token", string message = "A token is in the code.", string path = "src/app.ini", int line = 3, int? endLine = null) => new(
        new Guid(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]), $"{number:x32}-0", "github-pat", FindingCategory.Secret, severity, confidence, title, message, path, line, 5, endLine ?? line, 20, origin);
}

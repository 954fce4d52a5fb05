using System.Globalization;
using Sentinel.Git;
using Sentinel.Git.Policies;
using Sentinel.Scanning;
using Sentinel.Scanning.Policies;

namespace Sentinel.Cli;

/// <summary>The policy that decides a scan.</summary>
/// <param name="Decides">A folder's own file; of a history that of the commit on which what is scanned is based.</param>
/// <param name="Loosened">The finding that what is scanned brings a weaker policy; null when it does not.</param>
internal sealed record ScanPolicy(PolicyReading Decides, Finding? Loosened = null)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="CliException">It has errors.</exception>
    public static async Task<ScanPolicy> ReadAsync(ScanRequest request, ScanTools tools, CancellationToken cancellationToken)
    {
        var policy = request switch
        {
            { UsesPolicy: false } or { Mode: ScanMode.StandardInput } => new ScanPolicy(PolicyReading.None),
            { Mode: ScanMode.Folder } => new ScanPolicy(FolderPolicy.Read(request.Path)),
            _ => await OfCommitsAsync(request, tools, cancellationToken),
        };
        if (policy.Decides.Errors.Count > 0) throw new CliException($"{FolderPolicy.Describe(policy.Decides)}\nNothing was scanned: mend the policy, or scan with --no-policy.");
        return policy;
    }

    /// <summary>The report with what does not count among the suppressed findings; the verdict is null when there is no policy file.</summary>
    /// <param name="isWhole">Whether a suppression that fits nothing is stale; a part of the code cannot tell.</param>
    public ScanResult Apply(ScanReport report, bool isWhole, List<string> notes)
    {
        if (Loosened is not null) report = report with { Findings = [.. report.Findings, Loosened] };
        if (Decides.Path is not { } path) return new ScanResult(report, null);

        var (filtered, verdict) = PolicyFilter.Apply(report, Decides, FolderPolicy.Today());
        var gate = Decides.Policy.Gate;
        var limits = gate.Severity is { } severity ? $"severity {Word(severity)}, confidence {Word(gate.Confidence)}" : "severity none";
        notes.Add($"{path} decides: {verdict.Blocking.Count()} of {filtered.Findings.Count} findings block ({limits}).");
        foreach (var expired in verdict.Expired)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{path}: the suppression of rule {expired.Rule}{At(expired)} ended on {expired.Expires:yyyy-MM-dd} and has no effect: mend what it allowed, or delete it."));
        if (isWhole) notes.AddRange(verdict.Unused.Select(s => $"{path}: the suppression of rule {s.Rule}{At(s)} matches nothing any more; delete it."));
        return new ScanResult(filtered, verdict);
    }

    private static async Task<ScanPolicy> OfCommitsAsync(ScanRequest request, ScanTools tools, CancellationToken cancellationToken)
    {
        var option = request.Mode switch { ScanMode.History => "--history", ScanMode.Since => "--since", _ => "--staged" };
        var git = (await tools.RepositoryAsync(request.Path, option, cancellationToken)).Git;
        if (await GitRefs.ResolveAsync(git, "HEAD", tools.Limits, cancellationToken) is not { } head) return new ScanPolicy(PolicyReading.None);
        PolicyReading own;
        try
        {
            own = await CommitPolicy.ReadAsync(git, head, tools.Limits, cancellationToken);
        }
        catch (GitException ex) when (request.Mode == ScanMode.History)
        {
            // The rest of a damaged history is worth reading; without its policy everything counts.
            tools.Notes.Add($"The policy at HEAD cannot be read, so that every finding counts: {ex.Message}");
            return new ScanPolicy(PolicyReading.None);
        }
        if (request.Mode != ScanMode.Since || await GitRefs.ResolveAsync(git, request.Since!, tools.Limits, cancellationToken) is not { } since) return new ScanPolicy(own);

        // What a branch brings cannot weaken the gate that it has to pass.
        var basis = await MergeBase.FindAsync(git, since, head, tools.Limits, cancellationToken) ?? since;
        var before = await CommitPolicy.ReadAsync(git, basis, tools.Limits, cancellationToken);
        return new ScanPolicy(before, PolicyLoosened.Check(before, own, headFile: null, FolderPolicy.Today(), cancellationToken));
    }

    private static string At(PolicySuppression suppression) => suppression.Path is { } path ? $" at {path}" : "";

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}

/// <summary>What a scan gave.</summary>
/// <param name="Verdict">What the policy makes of it; null when there is none.</param>
internal sealed record ScanResult(ScanReport Report, GateVerdict? Verdict);

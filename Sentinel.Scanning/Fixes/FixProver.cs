using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Scanning.Fixes;

/// <summary>Turns proposals into fixes by applying each in memory and analysing the file again with everything that would look at it.</summary>
/// <param name="analyzers">All that look at the file.</param>
internal sealed class FixProver(IReadOnlyList<IFileAnalyzer> analyzers, AnalysisContext context)
{
    /// <summary>Longest file that is looked at, in UTF-16 units.</summary>
    public const int MaxChars = 256 * 1024;

    /// <summary>Most proposals that are tried in one file; each costs an analysis.</summary>
    public const int MaxProposals = 30;

    // What somebody can still judge at a glance.
    private const int MaxLines = 60;
    private const int MaxReplacement = 8000;

    private readonly AnalysisContext _context = context with { Secrets = null };
    private readonly string _provedBy = string.Join(", ", analyzers.Select(a => $"{a.Descriptor.Id}@{a.Descriptor.Version}").Order(StringComparer.Ordinal));

    /// <summary>The findings, each with its fix where there is one that holds.</summary>
    /// <param name="findings">What an analyzer found in the file.</param>
    /// <param name="limit">Ends the proving, not the scan.</param>
    /// <returns>
    /// The findings, which stand whatever goes wrong here, and whether everything was tried, so that another scan of the same file would come
    /// to the same but for what others are asked.
    /// </returns>
    public async ValueTask<(bool Lasting, IReadOnlyList<Finding> Findings)> ProveAsync(
        SourceFile file, IFixingAnalyzer proposer, IReadOnlyList<Finding> findings, CancellationToken limit)
    {
        var proved = findings.Select(f => f with { Propose = null }).ToList();
        if (!IsPlainText(file)) return (true, proved);
        var next = 0;
        try
        {
            var before = await AnalyzeAsync(file, limit);
            for (var left = MaxProposals; next < findings.Count && left > 0; next++)
            {
                if (findings[next] is not { Propose: { } source, Suppression: null }) continue;
                left--;
                limit.ThrowIfCancellationRequested();
                var (fix, isDecided) = await TryAsync(file, proposer, findings[next], source, before, limit);
                proved[next] = proved[next] with { Fix = fix, FixIsUndecided = !isDecided };
            }
            return (true, proved);
        }
        catch (OperationCanceledException)
        {
            for (; next < findings.Count; next++)
            {
                if (findings[next] is { Propose: not null, Suppression: null }) proved[next] = proved[next] with { FixIsUndecided = true };
            }
            return (false, proved);
        }
        catch (Exception ex) when (ex is AnalysisException or ArgumentException or InvalidOperationException)
        {
            return (true, proved);
        }
    }

    // A fix is a courtesy: a proposal that fails is none.
    private async ValueTask<(FileFix? Fix, bool IsDecided)> TryAsync(
        SourceFile file, IFixingAnalyzer proposer, Finding finding, FixSource source, List<Finding> before, CancellationToken cancellationToken)
    {
        try
        {
            var proposal = await source.MakeAsync(cancellationToken);
            if (ReferenceEquals(proposal, FixProposal.Undecided)) return (null, false);
            return (proposal is null ? null : await ProveAsync(file, proposer, finding, proposal, before, cancellationToken), true);
        }
        catch (Exception ex) when (ex is AnalysisException or ArgumentException or InvalidOperationException)
        {
            return (null, true);
        }
    }

    private async ValueTask<FileFix?> ProveAsync(
        SourceFile file, IFixingAnalyzer proposer, Finding finding, FixProposal proposal, List<Finding> before, CancellationToken cancellationToken)
    {
        if (proposal.ApplyTo(file.Text) is not { } text || text == file.Text) return null;
        if (Lines(file, text, finding, proposal.Summary) is not { } fix || (fix.Replacement is { } put && !IsShowable(put))) return null;
        // What goes to a pull request must not carry a secret there.
        if (before.Any(f => f.Category == FindingCategory.Secret && f.Location.Region.StartLine <= fix.EndLine && f.Location.Region.EndLine >= fix.StartLine)) return null;
        if (fix.Replacement is { } shown && SecretMask.Mask(shown, file.Path, cancellationToken) != shown) return null;

        var changed = SourceFile.FromText(file.Path, text);
        if (!proposer.IsSound(file, changed, cancellationToken) || proposal.Holds?.Invoke(text) == false) return null;
        return IsGone(finding, before, await AnalyzeAsync(changed, cancellationToken)) ? fix : null;
    }

    // A suggestion is text: GitHub has no say in other line ends, and bytes that are not UTF-8 would be replaced by accepting it.
    private static bool IsPlainText(SourceFile file) =>
        file.Text.Length <= MaxChars && file.Utf16 is null && !file.Text.Contains('\r', StringComparison.Ordinal)
        && Encoding.UTF8.GetBytes(file.Text).AsSpan().SequenceEqual(file.Utf8.Span);

    // What looks otherwise than it is, or ends a line for some and not for others, is not offered to anybody.
    private static bool IsShowable(string text) => text.EnumerateRunes().All(r => r.Value is '\n' or '\t'
        || Rune.GetUnicodeCategory(r) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse));

    // The lines that differ, and no more.
    private FileFix? Lines(SourceFile file, string changed, Finding finding, string summary)
    {
        var (old, now) = (file.Text.Split('\n'), changed.Split('\n'));
        var same = Math.Min(old.Length, now.Length);
        var head = 0;
        while (head < same && old[head] == now[head]) head++;
        var tail = 0;
        while (tail < same - head && old[^(tail + 1)] == now[^(tail + 1)]) tail++;
        // Lines can only be replaced: what is inserted between two takes one along, if possible the finding's own.
        if (head + tail == old.Length)
        {
            if (head > 0 && (tail == 0 || finding.Location.Region.StartLine != head + 1)) head--;
            else tail--;
        }
        if (tail < 0 || old.Length - tail - head > MaxLines || now.Length - tail - head > MaxLines) return null;
        string? replacement = head + tail == now.Length ? null : string.Join('\n', now[head..^tail]);
        return replacement?.Length > MaxReplacement ? null : new FileFix(head + 1, old.Length - tail, replacement, summary, _provedBy);
    }

    private static bool IsGone(Finding finding, List<Finding> before, List<Finding> after)
    {
        var left = new Dictionary<(string, string), int>();
        foreach (var known in before) CollectionsMarshal.GetValueRefOrAddDefault(left, KeyOf(known), out _)++;
        var had = left.GetValueOrDefault(KeyOf(finding));
        foreach (var found in after)
        {
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(left, KeyOf(found));
            if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref count) || --count < 0) return false;
        }
        return had > 0 && after.Count(f => KeyOf(f) == KeyOf(finding)) < had;
    }

    private static (string, string) KeyOf(Finding finding) => (finding.RuleId, finding.FingerprintHash);

    private async ValueTask<List<Finding>> AnalyzeAsync(SourceFile file, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var analyzer in analyzers) findings.AddRange(await analyzer.AnalyzeAsync(file, _context, cancellationToken));
        return findings;
    }
}

using System.Text;
using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Repositories;
using Sentinel.Data.Scans;

namespace Sentinel.Tests.Worker.Incremental;

/// <summary>All that Sentinel knows of a repository's findings as text, without ids and times: equal for equal knowledge.</summary>
internal static class RepositoryState
{
    public static async Task<string> ReadAsync(WorkerFixture worker, Repository repository, Scan scan)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var database = worker.Database();
        var findings = await database.Findings.AsNoTracking().Where(f => f.RepositoryId == repository.Id).OrderBy(f => f.Fingerprint).ThenBy(f => f.Ordinal).ToListAsync(cancellationToken);
        var instances = await database.FindingInstances.AsNoTracking().Where(i => i.RepositoryId == repository.Id).ToListAsync(cancellationToken);
        var events = await database.FindingEvents.AsNoTracking().Where(e => e.RepositoryId == repository.Id).OrderBy(e => e.Id).ToListAsync(cancellationToken);
        var scans = await database.Scans.AsNoTracking().Where(s => s.RepositoryId == repository.Id).OrderBy(s => s.Id).Select(s => s.Id).ToListAsync(cancellationToken);

        var text = new StringBuilder();
        foreach (var f in findings)
        {
            text.AppendLine($"{f.Fingerprint}#{f.Ordinal} {f.RuleId} {f.State} {f.Severity} {f.Path}:{f.StartLine}:{f.StartColumn}-{f.EndLine}:{f.EndColumn} by {string.Join(',', f.AnalyzerIds)}");
            text.AppendLine($"  first {f.FirstCommit}, last scan {scans.IndexOf(f.LastScanId)}, closed {f.ClosedAt is not null}, dismissed {f.DismissReason}, {f.SnippetStartLine} {f.Title} {f.Message} {f.Snippet.ReplaceLineEndings("|")}");
            foreach (var i in instances.Where(i => i.FindingId == f.Id).OrderBy(i => i.Ref, StringComparer.Ordinal))
                text.AppendLine($"  on {i.Ref} {i.Present} {i.Path}:{i.StartLine}:{i.StartColumn} {i.BlobSha} {i.CommitSha} scan {scans.IndexOf(i.ScanId)} at {string.Join(' ', i.Places)}");
            foreach (var e in events.Where(e => e.FindingId == f.Id))
                text.AppendLine($"  {e.Kind} {e.FromState}->{e.ToState} because of {e.Cause} {e.CommitSha} {e.Ref} scan {scans.IndexOf(e.ScanId ?? Guid.Empty)} {e.Detail}");
        }
        text.AppendLine($"{scan.Status} {scan.CommitSha} {scan.Ref} files {scan.FilesDone}/{scan.FilesTotal}, {scan.FilesSkipped} skipped; {scan.FindingsOpened} opened, {scan.FindingsClosed} closed of {scan.FindingsTotal}; {scan.RulePackHash}");
        foreach (var plugin in scan.Report!.Plugins) text.AppendLine(plugin.ToString());
        foreach (var skipped in scan.Report.Skipped) text.AppendLine(skipped.ToString());
        return text.AppendLine($"{scan.Report.IsComplete} {scan.Report.SkippedTotal}").ToString();
    }
}

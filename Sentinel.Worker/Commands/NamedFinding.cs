using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Commands;
using Sentinel.Data.Feedback;
using Sentinel.Data.Findings;
using Sentinel.GitHub.PullRequests;
using Sentinel.Worker.Feedback;

namespace Sentinel.Worker.Commands;

/// <summary>The finding that a command names. Only what was told at the command's own pull request can be named.</summary>
internal sealed record NamedFinding(int Number, Finding Finding)
{
    /// <summary>The finding, or what is wrong with its name, in Markdown.</summary>
    public static async Task<(NamedFinding? Finding, string? Fault)> FindAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var told = await FindingNumbers.Of(context.Database, context.Place.Repository.Id, context.Pull.Number)
            .Join(context.Database.Findings, n => n.FindingId, f => f.Id, (n, f) => new { n.Number, f.Id, f.RepositoryId, f.Fingerprint, f.Ordinal })
            .Where(f => f.RepositoryId == context.Place.Repository.Id).OrderBy(f => f.Number).ToListAsync(cancellationToken);
        var key = context.Message.Command.Finding is null ? await KeyOfThreadAsync(context, cancellationToken) : null;
        var named = context.Message.Command.Finding is { } number ? told.Find(f => f.Number == number) : key is null ? null : told.Find(f => JudgedFinding.KeyOf(f.Fingerprint, f.Ordinal) == key);
        if (named is null) return (null, CommandText.WhichFinding(context.Message.Command, [.. told.Select(f => f.Number)]));
        return (new NamedFinding(named.Number, await context.Database.Findings.AsNoTracking().SingleAsync(f => f.Id == named.Id, cancellationToken)), null);
    }

    // A thread that Sentinel began is about its finding.
    private static async Task<string?> KeyOfThreadAsync(CommandContext context, CancellationToken cancellationToken)
    {
        if (context.Message is not { CommentKind: CommentKind.Review, InReplyTo: { } opening }) return null;
        var threads = await context.Place.Connection.ReviewThreadsAsync(context.Place.Repository.FullName, context.Pull.Number, cancellationToken);
        return threads.Threads.FirstOrDefault(t => t.IsOwn && t.CommentId == opening) is { } thread ? ReviewPlanner.KeyOf(thread.Body) : null;
    }
}

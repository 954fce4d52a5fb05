using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Repositories;
using Sentinel.Data;
using Sentinel.Data.Feedback;
using Sentinel.Data.Outbox;
using Sentinel.Data.Scans;
using Sentinel.GitHub;
using Sentinel.GitHub.CodeScanning;
using Sentinel.GitHub.Errors;
using Sentinel.ServiceDefaults;
using Sentinel.Worker.Feedback;
using Sentinel.Worker.Outbox;

namespace Sentinel.Worker.CodeScanning;

/// <summary>
/// Shows a default branch's findings under the repository's Security tab, where code scanning is on. An upload takes the place of the one
/// before, so that any number of repeats ends in the same.
/// </summary>
internal sealed partial class CodeScanningHandler(GitHubClients clients, TimeProvider time, ILogger<CodeScanningHandler> logger) : GitHubHandler(clients)
{
    // Somebody may switch it on, or grant the permission.
    private static readonly TimeSpan AskAgain = TimeSpan.FromDays(1);

    // GitHub reads an upload within seconds as a rule.
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10)];

    public override string Kind => OutboxMessage.GitHubCodeScanning;

    protected override async Task<OutboxOutcome> HandleAsync(OutboxDelivery delivery, JsonElement payload, GitHubPlace place, CancellationToken cancellationToken)
    {
        var (database, repository) = (delivery.Database, place.Repository);
        if (repository.DefaultBranch is not { } branch) return OutboxOutcome.Done;
        var row = await database.CodeScanningUploads.SingleOrDefaultAsync(u => u.RepositoryId == repository.Id, cancellationToken);
        if (row is { State: CodeScanningState.Unavailable } && row.At > time.GetUtcNow() - AskAgain) return OutboxOutcome.Done;
        var reference = $"refs/heads/{branch}";
        var snapshot = await database.ScanSnapshots.AsNoTracking().Where(s => s.RepositoryId == repository.Id && s.Ref == reference).OrderByDescending(s => s.CompletedAt).FirstOrDefaultAsync(cancellationToken);
        if (snapshot is null) return OutboxOutcome.Done;

        var analysis = CodeScanningAnalysis.Of(await StandingFindings.ReadAsync(database, snapshot, cancellationToken), ServiceVersion.Current);
        if (row is null)
        {
            row = new CodeScanningUpload { RepositoryId = repository.Id, State = CodeScanningState.Unavailable, At = default, CommitSha = "" };
            database.CodeScanningUploads.Add(row);
        }
        (row.At, row.CommitSha) = (time.GetUtcNow(), snapshot.CommitSha);
        return await UploadAsync(place, snapshot, reference, analysis, row, cancellationToken);
    }

    private async Task<OutboxOutcome> UploadAsync(
        GitHubPlace place, ScanSnapshot snapshot, string reference, CodeScanningAnalysis analysis, CodeScanningUpload row, CancellationToken cancellationToken)
    {
        try
        {
            var receipt = await place.Connection.UploadSarifAsync(place.Repository.FullName, snapshot.CommitSha, reference, analysis.Gzip, cancellationToken);
            var state = await StateAsync(place, receipt.Id, cancellationToken);
            var failed = state.ProcessingStatus == "failed";
            (row.State, row.Results, row.LeftOut) = (failed ? CodeScanningState.Failed : CodeScanningState.Uploaded, analysis.Results, analysis.LeftOut);
            row.Detail = state.ProcessingStatus switch
            {
                "failed" => PostgresText.Clean($"GitHub could not read the results: {string.Join("; ", (state.Errors ?? []).Take(5))}", 1000),
                "pending" => "GitHub had taken the results, and not read them yet.",
                _ => null,
            };
            if (failed) LogFailed(place.Repository.FullName, row.Detail!);
        }
        catch (GitHubForbiddenException ex)
        {
            // Without the permission, or where code scanning is not switched on: nothing that waiting would change.
            (row.State, row.Results, row.LeftOut, row.Detail) = (CodeScanningState.Unavailable, 0, 0, PostgresText.Clean(ex.Message, 1000));
        }
        catch (GitHubNotFoundException)
        {
            (row.State, row.Results, row.LeftOut, row.Detail) = (CodeScanningState.Unavailable, 0, 0, "The repository has no code scanning.");
        }
        return OutboxOutcome.Done;
    }

    private async Task<SarifState> StateAsync(GitHubPlace place, string id, CancellationToken cancellationToken)
    {
        for (var i = 0; ; i++)
        {
            var state = await place.Connection.SarifStateAsync(place.Repository.FullName, id, cancellationToken);
            if (state.ProcessingStatus != "pending" || i == Pauses.Length) return state;
            await Task.Delay(Pauses[i], time, cancellationToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Code scanning of {Repository}: {Reason}")]
    private partial void LogFailed(string repository, string reason);
}

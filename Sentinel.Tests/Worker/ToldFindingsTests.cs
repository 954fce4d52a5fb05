using Microsoft.EntityFrameworkCore;
using Sentinel.Data.Feedback;
using Sentinel.Data.Repositories;
using Sentinel.Tests.EndToEnd;

namespace Sentinel.Tests.Worker;

/// <summary>Every scan of a pull request's head says of what was told there whether it still stands.</summary>
public sealed class ToldFindingsTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const string Workflow = ".github/workflows/greet.yml";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scan_OfAPullRequest_KeepsWhatStillStands()
    {
        var source = worker.GitHub.Create("told/stands");
        var repository = await worker.AddRepositoryAsync("told/stands");
        var bad = source.Commit("Add", (Workflow, DefectiveFiles.Workflow));
        await worker.ScanPullAsync(repository, 7, bad);
        await TellAsync(repository, Assert.Single(await worker.FindingsAsync(repository)).Id);

        var stands = new List<bool?> { await StandingAsync(repository) };
        await worker.ScanPullAsync(repository, 7, source.Commit("Take away", (Workflow, null), ("a.txt", "a")));
        stands.Add(await StandingAsync(repository));
        await worker.ScanPullAsync(repository, 7, source.Commit("Again", (Workflow, DefectiveFiles.Workflow)));
        stands.Add(await StandingAsync(repository));
        // Another pull request's head says nothing about this one.
        await worker.ScanPullAsync(repository, 8, source.Commit("Elsewhere", (Workflow, null)));
        stands.Add(await StandingAsync(repository));

        Assert.Equal([true, false, true, true], stands);
    }

    private async Task TellAsync(Repository repository, Guid finding)
    {
        await using var database = worker.Database();
        database.PullRequests.Add(new PullRequest
        {
            RepositoryId = repository.Id,
            Number = 7,
            State = PullRequestState.Open,
            HeadSha = "",
            HeadRef = "change",
            BaseSha = "",
            BaseRef = "main",
            Draft = false,
            FromFork = false,
            AuthorLogin = "alice",
            Title = "Change",
            UpdatedAt = TimeProvider.System.GetUtcNow(),
        });
        await database.SaveChangesAsync(Cancellation);
        Assert.Equal(1, (await FindingNumbers.GiveAsync(database, repository.Id, 7, [finding], Cancellation))[finding]);
    }

    private async Task<bool?> StandingAsync(Repository repository)
    {
        await using var database = worker.Database();
        return (await FindingNumbers.Of(database, repository.Id, 7).SingleAsync(Cancellation)).Standing;
    }
}

using Sentinel.Contracts.Noise;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>Rules in every state of commenting.</summary>
internal static class FakeNoise
{
    public static List<RuleNoise> Of(FakeEstate estate, Guid? repositoryId, string? ruleId)
    {
        var (first, second) = (estate.Repositories[1], estate.Repositories[0]);
        List<RuleNoise> rows =
        [
            new(first.Id, first.FullName, "unpinned-uses", 64, 3, 58, 3.0 / 61, 0.1, CommentState.DashboardOnly, estate.Now.AddDays(-2), null, null),
            new(first.Id, first.FullName, "kubernetes-container-without-resource-limits", 18, 1, 17, 1.0 / 18, 0.1, CommentState.Always, estate.Now.AddDays(-9), "mira", estate.Now.AddDays(-6)),
            new(first.Id, first.FullName, "aws-access-token", 12, 12, 0, 1, 0.1, CommentState.Speaks, estate.Now.AddDays(-1), null, null),
            new(first.Id, first.FullName, "template-injection", 1, 0, 0, null, 0.1, CommentState.Speaks, estate.Now.AddHours(-5), null, null),
            new(second.Id, second.FullName, "unpinned-uses", 22, 19, 3, 19.0 / 22, 0.1, CommentState.Speaks, estate.Now.AddDays(-4), null, null),
        ];
        return rows.FindAll(row => (repositoryId is null || row.RepositoryId == repositoryId) && (ruleId is null || row.RuleId == ruleId));
    }
}

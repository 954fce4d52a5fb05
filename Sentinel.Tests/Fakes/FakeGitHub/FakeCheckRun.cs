using System.Text.Json.Nodes;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>A check run, as its last update left it; annotations of all updates are kept, as GitHub does.</summary>
internal sealed class FakeCheckRun(long id, long suiteId, string name, string headSha)
{
    public long Id { get; } = id;

    public long SuiteId { get; } = suiteId;

    public string Name { get; set; } = name;

    public string HeadSha { get; } = headSha;

    public string? ExternalId { get; set; }

    public string? DetailsUrl { get; set; }

    /// <summary>queued, in_progress or completed.</summary>
    public string Status { get; set; } = "queued";

    public string? Conclusion { get; set; }

    public string? StartedAt { get; set; }

    public string? CompletedAt { get; set; }

    public string? Title { get; set; }

    public string? Summary { get; set; }

    public string? Text { get; set; }

    public List<JsonObject> Annotations { get; } = [];

    public List<JsonObject> Actions { get; } = [];
}

/// <summary>The check runs of one commit by one App.</summary>
internal sealed record FakeCheckSuite(long Id, string HeadSha, string? HeadBranch, DateTimeOffset CreatedAt);

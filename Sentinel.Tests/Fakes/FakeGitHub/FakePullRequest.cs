namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>A pull request whose head and base are branches of the git repository.</summary>
internal sealed class FakePullRequest(long id, int number, FakeRepository repository, FakeAccount user, string head, string @base, string title, DateTimeOffset createdAt)
{
    private string? _headSha;

    public long Id { get; } = id;

    public int Number { get; } = number;

    public FakeRepository Repository { get; } = repository;

    public FakeAccount User { get; } = user;

    public string HeadRef { get; } = head;

    public string BaseRef { get; } = @base;

    public string Title { get; set; } = title;

    public string? Body { get; set; }

    /// <summary>open or closed.</summary>
    public string State { get; set; } = "open";

    public bool Draft { get; set; }

    public bool Merged { get; set; }

    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary>The branch's commit now; a deleted branch leaves the last that was seen.</summary>
    public string HeadSha => _headSha = ShaOf(HeadRef) ?? _headSha ?? throw new InvalidOperationException($"There is no branch {HeadRef}.");

    /// <summary>Whether a commit is the head; asks git only when the branch is not among those that are known.</summary>
    /// <param name="branches">Commits by branch.</param>
    public bool IsAt(string sha, IReadOnlyDictionary<string, string> branches) => branches.TryGetValue(HeadRef, out var head) ? (_headSha = head) == sha : HeadSha == sha;

    public string BaseSha => ShaOf(BaseRef) ?? throw new InvalidOperationException($"There is no branch {BaseRef}.");

    public string MergeBase => Repository.Git.GitOnce("merge-base", BaseSha, HeadSha);

    public List<FakeReview> Reviews { get; } = [];

    public List<FakeReviewComment> ReviewComments { get; } = [];

    private string? ShaOf(string branch) => Repository.Git.BranchHead(branch);
}

/// <summary>A review.</summary>
internal sealed class FakeReview(long id, FakeAccount user, string commit, DateTimeOffset submittedAt)
{
    public long Id { get; } = id;

    public FakeAccount User { get; } = user;

    public string CommitId { get; } = commit;

    public DateTimeOffset SubmittedAt { get; } = submittedAt;

    public string Body { get; set; } = "";

    /// <summary>APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED or PENDING.</summary>
    public string State { get; set; } = "COMMENTED";
}

/// <summary>A comment on a line; the first of its thread carries whether the thread is resolved.</summary>
internal sealed class FakeReviewComment(long id, FakePullRequest pull, FakeAccount user, string path, DateTimeOffset createdAt)
{
    public long Id { get; } = id;

    public FakePullRequest Pull { get; } = pull;

    public FakeAccount User { get; } = user;

    public string Path { get; } = path;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    public required string Body { get; set; }

    public required string CommitId { get; init; }

    public long? ReviewId { get; init; }

    public long? InReplyTo { get; init; }

    public int? Line { get; init; }

    public int? StartLine { get; init; }

    public string Side { get; init; } = "RIGHT";

    public bool IsResolved { get; set; }

    public FakeAccount? ResolvedBy { get; set; }

    public List<FakeReaction> Reactions { get; } = [];

    /// <summary>GraphQL's name of the thread that begins with this comment.</summary>
    public string ThreadNodeId => $"PRRT_{Id}";

    public string NodeId => $"PRRC_{Id}";
}

/// <summary>A comment of the conversation.</summary>
internal sealed class FakeComment(long id, int number, FakeAccount user, DateTimeOffset createdAt)
{
    public long Id { get; } = id;

    public int Number { get; } = number;

    public FakeAccount User { get; } = user;

    public DateTimeOffset CreatedAt { get; } = createdAt;

    public DateTimeOffset UpdatedAt { get; set; } = createdAt;

    public required string Body { get; set; }

    /// <summary>Whether it was hidden through GraphQL, and why.</summary>
    public string? MinimizedReason { get; set; }

    public List<FakeReaction> Reactions { get; } = [];

    public string NodeId => $"IC_{Id}";
}

/// <summary>A reaction.</summary>
/// <param name="Content">+1, -1, laugh, confused, heart, hooray, rocket or eyes.</param>
internal sealed record FakeReaction(long Id, FakeAccount User, string Content, DateTimeOffset CreatedAt);

using System.Security.Cryptography;
using System.Text;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>A repository with its real git repository and everything GitHub keeps beside it.</summary>
internal sealed class FakeRepository(FakeGitHubServer server, FakeAccount owner, string name)
{
    private int _number;

    /// <summary>Made from the first name, as the webhooks of the tests make it.</summary>
    public long Id { get; } = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes($"{owner.Login}/{name}")));

    public FakeAccount Owner { get; set; } = owner;

    public string Name { get; set; } = name;

    public string FullName => $"{Owner.Login}/{Name}";

    public bool Private { get; set; }

    public bool Archived { get; set; }

    /// <summary>Whether SARIF is taken; private repositories without the licence refuse it.</summary>
    public bool CodeScanning { get; set; } = true;

    public string DefaultBranch { get; set; } = "main";

    public TestRepository Git { get; } = TestRepository.Create();

    /// <summary>What is granted to whom: read, triage, write, maintain or admin.</summary>
    public Dictionary<string, string> Collaborators { get; } = new(StringComparer.OrdinalIgnoreCase);

    public List<FakePullRequest> Pulls { get; } = [];

    public List<FakeCheckSuite> CheckSuites { get; } = [];

    public List<FakeCheckRun> CheckRuns { get; } = [];

    public List<FakeComment> IssueComments { get; } = [];

    public List<FakeStatus> Statuses { get; } = [];

    public List<FakeSarif> Sarifs { get; } = [];

    /// <summary>The address git clones.</summary>
    public string CloneUrl => new Uri(server.Url, $"{FullName}.git").ToString();

    /// <summary>Opens a pull request between two branches of the git repository.</summary>
    public FakePullRequest OpenPullRequest(FakeAccount user, string head, string @base = "main", string title = "A change")
    {
        var pull = new FakePullRequest(server.NextId(), NextNumber(), this, user, head, @base, title, server.Clock.GetUtcNow());
        Pulls.Add(pull);
        return pull;
    }

    /// <summary>Pull requests whose head is the commit; git runs once, however many there are.</summary>
    public IEnumerable<FakePullRequest> PullsAt(string sha)
    {
        if (Pulls.Count == 0) return [];
        var branches = Git.Git("for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' ', 2)).ToDictionary(parts => parts[1], parts => parts[0], StringComparer.Ordinal);
        return Pulls.Where(pull => pull.IsAt(sha, branches));
    }

    /// <summary>Somebody comments on an issue or pull request.</summary>
    public FakeComment AddComment(int number, FakeAccount user, string body)
    {
        var now = server.Clock.GetUtcNow();
        var comment = new FakeComment(server.NextId(), number, user, now) { Body = body, UpdatedAt = now };
        IssueComments.Add(comment);
        return comment;
    }

    public int NextNumber() => ++_number;

    /// <summary>What an account may do here: none, read, triage, write, maintain or admin.</summary>
    public string PermissionOf(FakeAccount account)
    {
        if (account.Login == Owner.Login || (Owner.Members.TryGetValue(account.Login, out var owns) && owns)) return "admin";
        return Collaborators.TryGetValue(account.Login, out var granted) ? granted
            : !Private || Owner.Members.ContainsKey(account.Login) ? "read" : "none";
    }
}

/// <summary>A commit's status.</summary>
internal sealed record FakeStatus(long Id, string Sha, string State, string Context, string? Description, string? TargetUrl, FakeAccount Creator, DateTimeOffset CreatedAt);

/// <summary>An uploaded SARIF file, unpacked.</summary>
internal sealed record FakeSarif(string Id, string CommitSha, string Ref, string Sarif, string? ToolName);

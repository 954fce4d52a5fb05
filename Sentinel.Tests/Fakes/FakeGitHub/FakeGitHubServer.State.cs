namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>What there is at the fake: set up by tests, changed by requests.</summary>
internal sealed class FakeState
{
    public List<FakeAccount> Accounts { get; } = [];

    public List<FakeRepository> Repositories { get; } = [];

    public List<FakeInstallation> Installations { get; } = [];

    /// <summary>Codes of manifests that make an App, each once.</summary>
    public HashSet<string> ManifestCodes { get; } = new(StringComparer.Ordinal);
}

/// <summary>Setting up what there is.</summary>
internal sealed partial class FakeGitHubServer
{
    private long _id = 1_000_000;

    /// <summary>Requests are answered one at a time under its lock.</summary>
    public FakeState State { get; } = new();

    /// <summary>The settings by which a service finds this GitHub and its App.</summary>
    /// <param name="enterprise">Whether the API lies below the web address.</param>
    public IReadOnlyDictionary<string, string> Settings(bool enterprise = false) => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["GITHUB_URL"] = Url.ToString(),
        ["GITHUB_API_URL"] = (enterprise ? EnterpriseApiUrl : ApiUrl).ToString(),
        ["GITHUB_APP_ID"] = App.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["GITHUB_APP_PRIVATE_KEY"] = App.PrivateKeyPem,
        ["GITHUB_CLIENT_ID"] = App.ClientId,
        ["GITHUB_CLIENT_SECRET"] = App.ClientSecret,
        ["GITHUB_WEBHOOK_SECRET"] = App.WebhookSecret,
    };

    /// <summary>A new, empty public repository; its owner is made when there is none.</summary>
    public TestRepository Create(string fullName) => AddRepository(fullName).Git;

    public FakeAccount AddUser(string login) => Add(login, "User");

    /// <param name="owners">People who may do everything in its repositories.</param>
    public FakeAccount AddOrganization(string login, params FakeAccount[] owners)
    {
        var organization = Add(login, "Organization");
        foreach (var owner in owners) organization.Members[owner.Login] = true;
        return organization;
    }

    /// <summary>A new, empty repository; its owner is made (an organization) when there is none.</summary>
    public FakeRepository AddRepository(string fullName, bool isPrivate = false)
    {
        lock (State)
        {
            var (owner, name) = fullName.Split('/') is [var first, var second] ? (first, second) : throw new ArgumentException("owner/name", nameof(fullName));
            // A repository of the same name takes its place.
            if (Find(fullName) is { } old)
            {
                State.Repositories.Remove(old);
                old.Git.Dispose();
            }
            var repository = new FakeRepository(this, Account(owner) ?? AddOrganization(owner), name) { Private = isPrivate };
            State.Repositories.Add(repository);
            return repository;
        }
    }

    /// <summary>Installs the App.</summary>
    /// <param name="account">Made (an organization) when there is none.</param>
    /// <param name="repositories">Those that are selected; none for all of the account.</param>
    public FakeInstallation Install(string account, params FakeRepository[] repositories)
    {
        lock (State)
        {
            var installation = new FakeInstallation(NextId(), Account(account) ?? AddOrganization(account), Clock.GetUtcNow());
            if (repositories.Length > 0) installation.Repositories = [.. repositories.Select(r => r.Id)];
            State.Installations.Add(installation);
            return installation;
        }
    }

    public void Uninstall(FakeInstallation installation)
    {
        lock (State) State.Installations.Remove(installation);
        Tokens.RevokeAll(installation);
    }

    /// <summary>The repository of a name; case does not matter.</summary>
    public FakeRepository? Find(string fullName)
    {
        lock (State) return State.Repositories.FirstOrDefault(r => r.FullName.Equals(fullName, StringComparison.OrdinalIgnoreCase));
    }

    public FakeAccount? Account(string login)
    {
        lock (State) return State.Accounts.FirstOrDefault(a => a.Login.Equals(login, StringComparison.OrdinalIgnoreCase));
    }

    internal long NextId() => Interlocked.Increment(ref _id);

    private FakeAccount Add(string login, string type)
    {
        lock (State)
        {
            var account = new FakeAccount(NextId(), login, type) { Name = login, Email = $"{login}@acme.example" };
            State.Accounts.Add(account);
            return account;
        }
    }
}

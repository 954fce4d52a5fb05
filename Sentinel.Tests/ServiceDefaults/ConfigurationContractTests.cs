using Microsoft.Extensions.Configuration;
using Sentinel.ServiceDefaults.Configuration;

namespace Sentinel.Tests.ServiceDefaults;

public sealed class ConfigurationContractTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-configuration-").FullName;

    [Fact]
    public void Read_NothingSet_ReportsEveryMissingKeyOfTheServiceAtOnce()
    {
        var (_, faults) = Read("api", development: false);

        Assert.Equal(["DATABASE_URL", "REDIS_URL", "GITHUB_WEBHOOK_SECRET"], faults.Select(f => f.Split(' ')[0]));
        Assert.All(faults, f => Assert.Contains("Example:", f, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_Development_DoesNotRequireTheWebhookSecret() =>
        Assert.Empty(Read("api", development: true, ("DATABASE_URL", "postgres://u:p@h/s"), ("REDIS_URL", "redis://h")).Faults);

    [Theory]
    [InlineData("ai-service")]
    [InlineData("web")]
    public void Read_OtherServices_NeedNothing(string service) => Assert.Empty(Read(service, development: false).Faults);

    [Fact]
    public void Read_ManyFaults_AreAllNamedAndNoValueIsPrinted()
    {
        var (_, faults) = Read("api", development: false,
            ("PORT", "hunter2"), ("DATABASE_URL", "mysql://hunter2@h/s"), ("REDIS_URL", "http://hunter2"), ("AI_SERVICE_URL", "hunter2"),
            ("GITHUB_APP_ID", "hunter2"), ("GITHUB_APP_PRIVATE_KEY", "hunter2"), ("GITHUB_CLIENT_ID", "hunter2"), ("GITHUB_WEBHOOK_SECRET", "hunter2\nx"));

        Assert.Equal(
            ["PORT", "DATABASE_URL", "REDIS_URL", "AI_SERVICE_URL", "GITHUB_WEBHOOK_SECRET", "GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY", "GITHUB_CLIENT_SECRET"],
            faults.Select(f => f.Split(' ', ':')[0]));
        Assert.DoesNotContain("hunter2", string.Concat(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileVariant_IsReadAndTrimmed()
    {
        var file = Write("redis://:secret@h\n");

        var (values, faults) = Read("web", development: false, ("REDIS_URL_FILE", file));

        Assert.Empty(faults);
        Assert.Equal("h:6379,password=secret", values["ConnectionStrings:redis"]);
    }

    [Fact]
    public void Read_PasswordOfItsOwn_IsAddedToTheAddress()
    {
        var (values, faults) = Read("worker", development: false,
            ("DATABASE_URL", "postgres://sentinel@db:5432/sentineldb"), ("DATABASE_PASSWORD_FILE", Write("a;b='c\"")), ("REDIS_URL", "rediss://redis"), ("REDIS_PASSWORD", "s3cret"));

        Assert.Empty(faults);
        Assert.Equal("a;b='c\"", new Npgsql.NpgsqlConnectionStringBuilder(values["ConnectionStrings:sentineldb"]).Password);
        Assert.Equal("redis:6379,ssl=true,password=s3cret", values["ConnectionStrings:redis"]);
        Assert.DoesNotContain("DATABASE_PASSWORD", values.Keys);
    }

    [Fact]
    public void Read_PasswordTwice_IsAFaultThatShowsNeither()
    {
        var (_, faults) = Read("worker", development: false,
            ("DATABASE_URL", "postgres://u:hunter1@db/s"), ("DATABASE_PASSWORD", "hunter2"), ("REDIS_URL", "redis://:hunter3@h"), ("REDIS_PASSWORD", "hunter4"));

        Assert.Equal(["DATABASE_PASSWORD", "REDIS_PASSWORD"], faults.Select(f => f.Split(':')[0]));
        Assert.DoesNotContain("hunter", string.Concat(faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("api")]
    [InlineData("worker")]
    [InlineData("web")]
    public void Read_KeyForWhatIsStored_IsOptionalReadFromAFileAndNotShort(string service)
    {
        (string, string)[] stores = [("DATABASE_URL", "postgres://u:p@h/s"), ("REDIS_URL", "redis://h"), ("GITHUB_WEBHOOK_SECRET", "hook")];
        var key = new string('k', 32);

        Assert.Empty(Read(service, development: false, stores).Faults);
        Assert.Equal(key, Read(service, development: false, [.. stores, ("SENTINEL_KEY_FILE", Write(key + "\n"))]).Values["SENTINEL_KEY"]);
        var fault = Assert.Single(Read(service, development: false, [.. stores, ("SENTINEL_KEY", "hunter2")]).Faults);
        Assert.StartsWith("SENTINEL_KEY: read from SENTINEL_KEY: it has fewer than 32 characters", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "does not exist")]
    [InlineData("large", "is larger than")]
    public void Read_UnusableFile_SaysWhichVariableNamedIt(string? content, string expected)
    {
        var file = content is null ? Path.Combine(_folder, "absent") : Write(content == "large" ? new string('x', 70_000) : content);

        var fault = Assert.Single(Read("ai-service", development: false, ("API_KEY_FILE", file)).Faults);

        Assert.StartsWith("API_KEY: read from API_KEY_FILE", fault, StringComparison.Ordinal);
        Assert.Contains(expected, fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EmptyFile_MeansNotSet()
    {
        Assert.Empty(Read("ai-service", development: false, ("API_KEY_FILE", Write("\n"))).Faults);

        var faults = Read("api", development: false, ("DATABASE_URL", "Host=h;Database=s"), ("REDIS_URL", "h:1"), ("GITHUB_WEBHOOK_SECRET_FILE", Write(""))).Faults;

        Assert.StartsWith("GITHUB_WEBHOOK_SECRET is missing: the file that GITHUB_WEBHOOK_SECRET_FILE names is empty", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ConnectionStringOfAspire_Wins()
    {
        var (values, faults) = Read("worker", development: false,
            ("DATABASE_URL", "nonsense"), ("ConnectionStrings:sentineldb", "Host=h;Database=s"), ("ConnectionStrings:redis", "h:1"));

        Assert.Empty(faults);
        Assert.Equal("Host=h;Database=s", values["ConnectionStrings:sentineldb"], ignoreCase: true);
    }

    [Theory]
    [InlineData("http://ollama:11434/v1", true)]
    [InlineData("http://localhost:11434/v1/", true)]
    [InlineData("http://10.1.2.3/v1", true)]
    [InlineData("http://[::1]:8080/v1", true)]
    [InlineData("http://gpu.lan/v1", true)]
    [InlineData("https://api.example.com/v1", true)]
    [InlineData("http://api.example.com/v1", false)]
    [InlineData("http://203.0.113.7/v1", false)]
    [InlineData("https://user:pass@api.example.com/v1", false)]
    [InlineData("api.example.com", false)]
    public void Read_ModelAddress_IsEncryptedOnTheWayOut(string url, bool accepted) =>
        Assert.Equal(accepted, Read("ai-service", development: false, ("AI_BASE_URL", url)).Faults.Count == 0);

    [Theory]
    [InlineData("acme, acme-labs", "acme,acme-labs")]
    [InlineData("acme", "acme")]
    [InlineData("acme; labs", null)]
    [InlineData("https://github.com/acme", null)]
    [InlineData(",", null)]
    public void Read_AllowedOrganisations_AreNamesWithCommasBetween(string given, string? expected)
    {
        var (values, faults) = Read("api", development: true, ("DATABASE_URL", "postgres://u:p@h/s"), ("REDIS_URL", "redis://h"), ("GITHUB_ALLOWED_ORGS", given));

        Assert.Equal(expected, values.GetValueOrDefault("GITHUB_ALLOWED_ORGS"));
        Assert.Equal(expected is null ? 1 : 0, faults.Count);
    }

    [Fact]
    public void Read_DiscoveredAiService_WinsOverItsUrl()
    {
        (string, string)[] stores = [("DATABASE_URL", "postgres://u:p@h/s"), ("REDIS_URL", "redis://h")];

        Assert.Equal("http://ai:1", Read("worker", development: false, [.. stores, ("AI_SERVICE_URL", "http://ai:1")]).Values["AI_SERVICE_URL"]);
        Assert.Equal(
            "https+http://ai-service",
            Read("worker", development: false, [.. stores, ("AI_SERVICE_URL", "nonsense"), ("services:ai-service:http:0", "http://127.0.0.1:1")]).Values["AI_SERVICE_URL"]);
    }

    [Theory]
    [InlineData("sentinel-api-x1y2:3001", "http://sentinel-api-x1y2:3001")]
    [InlineData("https://api.internal", "https://api.internal")]
    public void Read_AddressOfAService_MayBeHostAndPort(string given, string expected) =>
        Assert.Equal(expected, Read("web", development: false, ("API_URL", given)).Values["API_URL"]);

    [Fact]
    public void Read_Migrations_NeedsTheDatabaseAlone()
    {
        Assert.Empty(Read("migrations", development: false, ("DATABASE_URL", "postgres://u@h/s"), ("DATABASE_PASSWORD", "p")).Faults);
        Assert.Single(Read("migrations", development: false).Faults, f => f.StartsWith("DATABASE_URL is missing", StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string content)
    {
        var path = Path.Combine(_folder, Guid.NewGuid().ToString("N"));
        File.WriteAllText(path, content);
        return path;
    }

    private static (IReadOnlyDictionary<string, string?> Values, IReadOnlyList<string> Faults) Read(
        string service, bool development, params (string Key, string Value)[] settings) =>
        ConfigurationContract.Read(
            new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build(), service, development);
}

using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sentinel.Api;
using Sentinel.Api.Security;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.Data.Access;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Api;

/// <summary>The real API on a real port over its own database.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    public const string WebhookSecret = "a secret of the test's own";

    /// <summary>Nothing listens there: what the API promises without Redis, it must keep.</summary>
    private const string NoRedis = "127.0.0.1:1,connectTimeout=200,connectRetry=0,syncTimeout=500";

    private readonly WebApplication app;
    private readonly Dictionary<(Role Role, string Owner), string> tokens = [];

    private ApiServer(WebApplication app, string connectionString)
    {
        this.app = app;
        ConnectionString = connectionString;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Anonymous = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public string ConnectionString { get; }

    public HttpClient Anonymous { get; }

    public IServiceProvider Services => app.Services;

    public static async Task<ApiServer> StartAsync(
        CancellationToken cancellationToken, string environment = "Development", string? connectionString = null, string? redis = null,
        IReadOnlyDictionary<string, string?>? settings = null, TimeProvider? clock = null, ILoggerProvider? logs = null)
    {
        connectionString ??= await TestPostgres.CreateDatabaseAsync(cancellationToken);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = environment, ApplicationName = "Sentinel.Api" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>())
        {
            ["ConnectionStrings:sentineldb"] = connectionString,
            ["ConnectionStrings:redis"] = redis ?? NoRedis,
            ["OTEL_METRICS_EXPORTER"] = settings?.GetValueOrDefault("OTEL_METRICS_EXPORTER") ?? InProcess.Metrics,
            ["GITHUB_WEBHOOK_SECRET"] = settings?.GetValueOrDefault("GITHUB_WEBHOOK_SECRET") ?? WebhookSecret,
        });
        builder.Host.UseDefaultServiceProvider(options => options.ValidateOnBuild = options.ValidateScopes = true);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (clock is not null) builder.Services.AddSingleton(clock);
        builder.AddApi();
        builder.Logging.ClearProviders();
        if (logs is not null) builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(logs);
        var app = builder.Build().MapApi();
        await app.StartAsync(cancellationToken);
        return new ApiServer(app, connectionString);
    }

    /// <summary>A client with a token of the role.</summary>
    /// <param name="owner">Whose it is; null for the role's own.</param>
    public async Task<HttpClient> AsAsync(Role role, CancellationToken cancellationToken, string? owner = null) => With(await TokenAsync(role, cancellationToken, owner));

    /// <inheritdoc cref="AsAsync"/>
    public async Task<string> TokenAsync(Role role, CancellationToken cancellationToken, string? owner = null)
    {
        owner ??= $"test-{role}";
        if (!tokens.TryGetValue((role, owner), out var token)) tokens[(role, owner)] = token = await CreateTokenAsync(role, owner, cancellationToken);
        return token;
    }

    public HttpClient With(string token) =>
        new() { BaseAddress = Address, DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) } };

    public async Task<T> QueryAsync<T>(Func<SentinelDbContext, Task<T>> query)
    {
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContextAsync();
        return await query(db);
    }

    public async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = app.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Anonymous.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private async Task<string> CreateTokenAsync(Role role, string owner, CancellationToken cancellationToken)
    {
        var token = TokenFormat.Create(TokenFormat.ApiPrefix);
        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContextAsync(cancellationToken);
        db.AccessTokens.Add(new AccessToken
        {
            Kind = AccessTokenKind.ApiToken,
            Name = $"test {role}",
            Hash = TokenFormat.Hash(token),
            Owner = owner,
            Role = role,
            CreatedAt = now,
            ExpiresAt = now.AddHours(1),
        });
        await db.SaveChangesAsync(cancellationToken);
        return token;
    }
}

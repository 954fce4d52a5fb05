using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using Sentinel.Data;
using Sentinel.Data.GitHubApps;

namespace Sentinel.GitHub.App;

/// <summary>What there is of an App.</summary>
/// <param name="Credentials">Null when there is no App, or when its stored secrets cannot be opened.</param>
/// <param name="Stored">The row of an App that was made from the dashboard; null for one of the configuration, and for none.</param>
/// <param name="Fault">Why the stored App cannot be used, with the remedy; null when nothing is wrong.</param>
public sealed record FoundGitHubApp(GitHubAppCredentials? Credentials, GitHubApp? Stored = null, string? Fault = null)
{
    internal static FoundGitHubApp None { get; } = new((GitHubAppCredentials?)null);
}

/// <summary>
/// The App of the configuration, or else the one in the database. The database is asked again after <see cref="MaxAge"/>, so that every
/// process knows a new App within seconds; while it does not answer, what was known last goes on.
/// </summary>
public sealed partial class StoredGitHubApp(
    IConfiguration configuration, GitHubAppVault vault, IDbContextFactory<SentinelDbContext> databases, TimeProvider time, ILogger<StoredGitHubApp> logger) : IGitHubAppSource
{
    /// <summary>How long an answer of the database is believed.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);

    private readonly FoundGitHubApp? _configured = ConfiguredGitHubApp.Read(configuration) is { } app ? new FoundGitHubApp(app) : null;
    private Reading? _last;

    /// <inheritdoc/>
    public async ValueTask<GitHubAppCredentials?> FindAsync(CancellationToken cancellationToken) => (await ReadAsync(cancellationToken)).Credentials;

    /// <summary>The App as it is now, or was at most <see cref="MaxAge"/> ago.</summary>
    public async ValueTask<FoundGitHubApp> ReadAsync(CancellationToken cancellationToken)
    {
        if (_configured is not null) return _configured;
        var last = Volatile.Read(ref _last);
        var now = time.GetUtcNow();
        if (last is not null && now - last.At < MaxAge) return last.Found;
        var found = await AskAsync(last, cancellationToken);
        Volatile.Write(ref _last, new Reading(now, found));
        return found;
    }

    /// <summary>Makes the next question go to the database: the row was changed here.</summary>
    public void Forget() => Volatile.Write(ref _last, null);

    private async Task<FoundGitHubApp> AskAsync(Reading? last, CancellationToken cancellationToken)
    {
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            var row = await database.GitHubApps.AsNoTracking().SingleOrDefaultAsync(cancellationToken);
            return row is null ? FoundGitHubApp.None : Open(row, last);
        }
        catch (Exception ex) when (last is not null && (ex is DbException || ex.InnerException is DbException))
        {
            LogUnread(ex);
            return last.Found;
        }
    }

    private FoundGitHubApp Open(GitHubApp row, Reading? last)
    {
        if (vault.Open(row) is { } credentials) return new FoundGitHubApp(credentials, row);
        var fault = vault.CanSeal
            ? "The App's stored key cannot be opened with SENTINEL_KEY: it was stored under another one. Set the former SENTINEL_KEY again, or forget the App and make a new one."
            : "The App's stored key cannot be opened: SENTINEL_KEY is not set. Set it to what it was when the App was made.";
        // Said once, not every few seconds.
        if (last?.Found.Fault != fault) LogFault(row.AppId, fault);
        return new FoundGitHubApp(null, row, fault);
    }

    private sealed record Reading(DateTimeOffset At, FoundGitHubApp Found);

    [LoggerMessage(Level = LogLevel.Error, Message = "GitHub App {AppId} cannot be used. {Fault}")]
    private partial void LogFault(long appId, string fault);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database did not say which GitHub App there is; the one that was known last is used")]
    private partial void LogUnread(Exception exception);
}

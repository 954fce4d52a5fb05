using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Security;
using Sentinel.Data;
using Sentinel.Data.GitHubApps;
using Sentinel.GitHub.SignIn;

namespace Sentinel.Api.GitHubApps;

/// <summary>
/// Ways to GitHub that were begun and not finished. Each has a state that is good once, for an hour, for the person who began: nobody can be
/// sent back with the code of somebody else's App.
/// </summary>
internal sealed class AppAttempts(SentinelDbContext db, TimeProvider time)
{
    /// <summary>GitHub's codes live as long.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const int MaxState = 100;

    /// <summary>Adds an attempt to the unit of work; the caller saves.</summary>
    /// <returns>The state.</returns>
    public string Begin(CurrentUser user)
    {
        var state = Pkce.NewVerifier();
        db.GitHubAppAttempts.Add(new GitHubAppAttempt { StateHash = Hash(state), StartedBy = Who(user), CreatedAt = time.GetUtcNow() });
        return state;
    }

    /// <summary>Removes those that nobody can finish any more.</summary>
    public Task CleanAsync(CancellationToken cancellationToken)
    {
        var oldest = time.GetUtcNow() - Lifetime;
        return db.GitHubAppAttempts.Where(attempt => attempt.CreatedAt <= oldest).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Uses a state up, in the caller's transaction.</summary>
    /// <returns>Whether it was one that this person began within the hour and has not used.</returns>
    public async Task<bool> TakeAsync(string? state, CurrentUser user, CancellationToken cancellationToken)
    {
        if (state is not { Length: > 0 and <= MaxState }) return false;
        var (hash, who, oldest) = (Hash(state), Who(user), time.GetUtcNow() - Lifetime);
        return await db.GitHubAppAttempts.Where(attempt => attempt.StateHash == hash && attempt.StartedBy == who && attempt.CreatedAt > oldest)
            .ExecuteDeleteAsync(cancellationToken) == 1;
    }

    private static byte[] Hash(string state) => SHA256.HashData(Encoding.UTF8.GetBytes(state));

    private static string Who(CurrentUser user) => user.PersonId?.ToString() ?? user.Login;
}

using Microsoft.Extensions.Logging;
using Sentinel.GitHub.Errors;

namespace Sentinel.GitHub.App;

/// <summary>Keeps the App's current JSON web token, and how far GitHub's clock is from ours.</summary>
internal sealed partial class AppTokens(IGitHubAppSource source, TimeProvider time, ILogger<AppTokens> logger)
{
    /// <summary>Differences below this explain no refusal: the token allows for a minute either way.</summary>
    private static readonly TimeSpan Tolerated = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan RenewBefore = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private (GitHubAppCredentials App, string Token, DateTimeOffset ExpiresAt)? _current;
    private TimeSpan _offset;

    /// <exception cref="GitHubUnauthorizedException">There is no App.</exception>
    public async ValueTask<string> GetAsync(CancellationToken cancellationToken)
    {
        var app = await source.FindAsync(cancellationToken) ?? throw GitHubUnauthorizedException.NoApp();
        lock (_lock)
        {
            var now = time.GetUtcNow() + _offset;
            if (_current is { } current && current.App == app && now < current.ExpiresAt - RenewBefore) return current.Token;
            var token = AppJwt.Create(app, now);
            _current = (app, token, now + AppJwt.Lifetime);
            return token;
        }
    }

    /// <summary>Learns from a refusal whether the clocks differ.</summary>
    /// <param name="date">The answer's Date header.</param>
    /// <returns>Whether a new token may be accepted where the last was not.</returns>
    public bool LearnFrom(DateTimeOffset? date)
    {
        if (date is not { } theirs) return false;
        var offset = theirs - time.GetUtcNow();
        lock (_lock)
        {
            if ((offset - _offset).Duration() < Tolerated) return false;
            _offset = offset;
            _current = null;
        }
        LogSkew(offset);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "This machine's clock differs from GitHub's by {Offset}; GitHub's is used for signing. Set the clock right (NTP)")]
    private partial void LogSkew(TimeSpan offset);
}

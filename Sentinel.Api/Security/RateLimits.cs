using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Sentinel.Api.Problems;

namespace Sentinel.Api.Security;

/// <summary>Limits per caller: a token, or for strangers the address. Webhooks have their own bounds and are not counted here.</summary>
internal static class RateLimits
{
    /// <summary>For requests that make work beyond themselves: scans, explanations, tokens.</summary>
    public const string Costly = "costly";

    /// <summary>For signing in.</summary>
    public const string SignIn = "sign-in";

    public static IServiceCollection AddSentinelRateLimits(this IServiceCollection services) => services.AddRateLimiter(options =>
    {
        options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
        options.OnRejected = RejectAsync;
        options.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.User.FindFirst(CurrentUser.TokenIdClaim)?.Value is { } token
                ? Bucket("token:" + token, burst: 1000, perSecond: 200)
                : Bucket("address:" + Address(context), burst: 200, perSecond: 50));
        options.AddPolicy(Costly, context => Bucket(
            "costly:" + (context.User.FindFirst(CurrentUser.TokenIdClaim)?.Value ?? Address(context)), burst: 120, perSecond: 5));
        options.AddPolicy(SignIn, context => Bucket("sign-in:" + Address(context), burst: 20, perSecond: 1));
    });

    private static RateLimitPartition<string> Bucket(string key, int burst, int perSecond) => RateLimitPartition.GetTokenBucketLimiter(
        key,
        _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = burst,
            TokensPerPeriod = perSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });

    private static string Address(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    private static async ValueTask RejectAsync(OnRejectedContext context, CancellationToken cancellationToken)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        var response = context.HttpContext.Response;
        response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await ProblemTypes.Problem(
            StatusCodes.Status429TooManyRequests, ProblemTypes.RateLimited, "Too many requests. Wait as long as Retry-After says.")
            .ExecuteAsync(context.HttpContext);
    }
}

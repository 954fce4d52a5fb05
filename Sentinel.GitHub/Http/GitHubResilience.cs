using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Options;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Sentinel.GitHub.Http;

/// <summary>Retries of what passes by itself: GitHub's own faults, lost connections, silence. Rate limits are waited for above, per caller.</summary>
internal static class GitHubResilience
{
    /// <summary>The client of all requests to GitHub.</summary>
    public const string Client = "github";

    public static void Build(ResiliencePipelineBuilder<HttpResponseMessage> pipeline, ResilienceHandlerContext context)
    {
        var options = context.ServiceProvider.GetRequiredService<IOptions<GitHubOptions>>().Value;
        pipeline.TimeProvider = context.ServiceProvider.GetRequiredService<TimeProvider>();
        if (options.MaxRetries > 0)
        {
            pipeline.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = options.MaxRetries,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(IsWorthAnother(arguments.Context.GetRequestMessage(), arguments.Outcome)),
            });
        }
        pipeline.AddTimeout(options.AttemptTimeout);
    }

    private static bool IsWorthAnother(HttpRequestMessage? request, Outcome<HttpResponseMessage> outcome)
    {
        if (outcome.Exception is { } fault)
            return fault.NeverArrived() || (fault is HttpRequestException or TimeoutRejectedException && request?.IsRepeatable() == true);
        return IsFaultOfGitHub(outcome.Result!.StatusCode) && request?.IsRepeatable() == true;
    }

    /// <summary>Whether a status says that GitHub failed, not that the request was wrong.</summary>
    public static bool IsFaultOfGitHub(HttpStatusCode status) => status is HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError;
}

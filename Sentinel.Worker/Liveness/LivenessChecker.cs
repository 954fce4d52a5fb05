using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Polly.CircuitBreaker;
using Polly.Timeout;
using Sentinel.Contracts.Liveness;

namespace Sentinel.Worker.Liveness;

/// <summary>Asks providers. Follows no redirect, reads no endless answer, repeats nothing that was refused, and tells nobody the value but its provider.</summary>
internal sealed class LivenessChecker(
    IHttpClientFactory clients, EgressGuard guard, LivenessTelemetry telemetry, IOptions<LivenessOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>Name of the client.</summary>
    public const string Client = "liveness";

    private static readonly TimeSpan LongestPause = TimeSpan.FromHours(24);
    private static readonly TimeSpan DefaultPause = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _pausedUntil = new(StringComparer.Ordinal);
    private readonly PartitionedRateLimiter<string> _rate = PartitionedRateLimiter.Create<string, string>(id => RateLimitPartition.GetTokenBucketLimiter(
        id, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(1, options.Value.RequestsPerMinute / 6),
            TokensPerPeriod = Math.Max(1, options.Value.RequestsPerMinute / 6),
            ReplenishmentPeriod = TimeSpan.FromSeconds(10),
        }));

    /// <summary>The answer; null when the provider is not asked now (limit, pause or open circuit) and the check should be tried again soon.</summary>
    public async Task<LivenessAnswer?> CheckAsync(LivenessDefinition provider, LeakedValue secret, CancellationToken cancellationToken)
    {
        var (address, refusal) = guard.AddressOf(provider);
        if (address is null) return LivenessAnswer.NotAsked(provider, refusal!);
        if (!secret.IsSendable) return LivenessAnswer.NotAsked(provider, "the value has characters that no header may carry");
        if (provider.Parts.FirstOrDefault(p => secret.Part(p) is null) is { } missing) return LivenessAnswer.NotAsked(provider, $"no {missing} stands beside the secret");
        if (IsPaused(provider)) return null;
        using var permit = _rate.AttemptAcquire(provider.Id);
        if (!permit.IsAcquired) return null;

        var asked = $"{provider.Method} {address.Authority}{provider.Path}";
        var started = time.GetTimestamp();
        LivenessAnswer answer;
        try
        {
            answer = await AskAsync(provider, address, asked, secret, cancellationToken);
        }
        catch (BrokenCircuitException)
        {
            return null;
        }
        catch (Exception ex) when (ex is OperationCanceledException or TimeoutRejectedException && !cancellationToken.IsCancellationRequested)
        {
            answer = new LivenessAnswer(LivenessState.Unknown, $"{asked} did not answer within {options.Value.RequestTimeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException ex)
        {
            // The code alone: texts of exceptions may name addresses inside the network.
            answer = new LivenessAnswer(LivenessState.Unknown, $"{asked} could not be reached ({ex.HttpRequestError})");
        }
        catch (IOException)
        {
            answer = new LivenessAnswer(LivenessState.Unknown, $"{asked} broke off its answer");
        }
        if (answer.RetryAfter is { } pause) _pausedUntil[provider.Id] = time.GetUtcNow() + pause;
        telemetry.Checked(provider.Id, answer.State, time.GetElapsedTime(started));
        return answer;
    }

    /// <summary>Whether the provider wants to be left alone for now.</summary>
    public bool IsPaused(LivenessDefinition provider) => _pausedUntil.TryGetValue(provider.Id, out var until) && until > time.GetUtcNow();

    public void Dispose() => _rate.Dispose();

    private async Task<LivenessAnswer> AskAsync(LivenessDefinition provider, Uri address, string asked, LeakedValue secret, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.Value.RequestTimeout);
        using var client = clients.CreateClient(Client);
        using var request = LivenessRequest.Create(provider, address, secret, time.GetUtcNow());
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400) return new LivenessAnswer(LivenessState.Unknown, $"{asked} answered {status}: redirects are not followed");
        if (status is 429 or 503) return new LivenessAnswer(LivenessState.Unknown, $"{asked} answered {status}", RetryAfter: PauseOf(response));
        if (!provider.Answers.Any(a => a.Status == status && a.NeedsBody)) return LivenessAnswer.Read(provider, asked, status, null);
        return await ReadAsync(response, limit.Token) is { } body
            ? LivenessAnswer.Read(provider, asked, status, body)
            : new LivenessAnswer(LivenessState.Unknown, $"{asked} answered {status} with more than {options.Value.MaxAnswerBytes / 1024} KiB");
    }

    private TimeSpan PauseOf(HttpResponseMessage response)
    {
        var wanted = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => DefaultPause,
        };
        return wanted < DefaultPause ? DefaultPause : wanted > LongestPause ? LongestPause : wanted;
    }

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > options.Value.MaxAnswerBytes) return null;
            body.Write(buffer, 0, read);
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }
}

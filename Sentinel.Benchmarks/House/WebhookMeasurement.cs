using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sentinel.Benchmarks.Reporting;
using Sentinel.Contracts;

namespace Sentinel.Benchmarks.House;

/// <summary>How fast webhooks are accepted, durably, beside a server that only checks the signature; and the memory under that load.</summary>
internal static class WebhookMeasurement
{
    private const int Connections = 64;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(SentinelHouse house, Report report, IReadOnlyDictionary<string, double> idle, CancellationToken cancellationToken)
    {
        var commit = house.GitHub.Create("bench/webhooks").Commit("Add", ("README.md", "Nothing.\n"));
        var pushes = Enumerable.Range(0, 200).Select(i => Pushes.Create(house.GitHub.Url, "bench/webhooks", i.ToString("x40", CultureInfo.InvariantCulture), commit)).ToArray();
        await using var peer = await StartPeerAsync(cancellationToken);
        var peerAddress = new Uri(peer.Urls.First());

        // In turn, so that both meet the same machine.
        await LoadAsync(peerAddress, pushes, WarmUp, cancellationToken);
        await LoadAsync(house.Api.BaseAddress!, pushes, WarmUp, cancellationToken);
        var bare = await LoadAsync(peerAddress, pushes, Duration, cancellationToken);
        var loading = LoadAsync(house.Api.BaseAddress!, pushes, Duration, cancellationToken);
        await Task.Delay(Duration * 0.8, cancellationToken);
        var loaded = MemoryProbe.Read(house.ProcessId);
        var sentinel = await loading;

        string[] Row(string name, IReadOnlyCollection<double> times) =>
            [name, Report.Number(times.Count / Duration.TotalSeconds), Report.Milliseconds(Percentiles.At(times, 0.5)), Report.Milliseconds(Percentiles.At(times, 0.99))];
        report.Add(
            "Webhooks accepted",
            $"{Connections} connections send signed pushes of {Report.Number(pushes[0].Body.Length / 1024.0)} KB as fast as they are answered, for {Duration.TotalSeconds} s. Sentinel answers after the delivery and its scan are committed, and the workers scan meanwhile; the peer is Kestrel reading the body and checking the HMAC, storing nothing.",
            ["", "per second", "p50", "p99"],
            [Row("Sentinel", sentinel), Row("bare Kestrel", bare), ["Sentinel against bare", Report.Ratio((double)sentinel.Count / bare.Count), Report.Ratio(Percentiles.At(sentinel, 0.5) / Percentiles.At(bare, 0.5)), Report.Ratio(Percentiles.At(sentinel, 0.99) / Percentiles.At(bare, 0.99))]]);
        report.Add(
            "Memory",
            "Proportional set size of each process in MiB: after the start with nothing to do, and during the load of webhooks above.",
            ["process", "idle", "under load"], idle.Keys.Select(name => new[] { name, Report.Number(idle[name]), Report.Number(loaded.GetValueOrDefault(name)) }));
    }

    private static async Task<IReadOnlyCollection<double>> LoadAsync(Uri server, SignedPush[] pushes, TimeSpan duration, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = Connections };
        using var client = new HttpClient(handler);
        var address = new Uri(server, ApiRoutes.GitHubWebhooks);
        var times = new ConcurrentBag<double>();
        var started = Stopwatch.GetTimestamp();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            while (Stopwatch.GetElapsedTime(started) < duration)
            {
                using var request = pushes[(uint)Interlocked.Increment(ref next) % pushes.Length].ToRequest(address);
                var sent = Stopwatch.GetTimestamp();
                using var answer = await client.SendAsync(request, cancellationToken);
                if (answer.StatusCode != HttpStatusCode.Accepted) throw new InvalidOperationException($"A webhook was answered with {answer.StatusCode}.");
                times.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }
        }));
        return times;
    }

    private static async Task<WebApplication> StartPeerAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var secret = Encoding.UTF8.GetBytes(SentinelHouse.WebhookSecret);
        app.MapPost(ApiRoutes.GitHubWebhooks, async (HttpRequest request) =>
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body);
            var expected = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(secret, body.GetBuffer().AsSpan(0, (int)body.Length)));
            return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(expected), Encoding.ASCII.GetBytes(request.Headers["X-Hub-Signature-256"].ToString()))
                ? Results.Accepted() : Results.Unauthorized();
        });
        await app.StartAsync(cancellationToken);
        return app;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using Sentinel.Contracts;
using Sentinel.Contracts.Sessions;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Benchmarks.House;

/// <summary>All of Sentinel, as a person starts it: the app host's process, with data of its own.</summary>
internal sealed class SentinelHouse : IAsyncDisposable
{
    public const string WebhookSecret = "benchmark-webhook-secret-0123456789";

    private readonly string _data = Directory.CreateTempSubdirectory("sentinel-benchmark-").FullName;
    private readonly (int Api, int Web) _ports = (FreePort(), FreePort());
    private Process? _process;

    private SentinelHouse(FakeGitHubServer gitHub)
    {
        GitHub = gitHub;
        // PostgreSQL runs as another user when this is run as root.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Api = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_ports.Api}") };
    }

    public FakeGitHubServer GitHub { get; }

    /// <summary>A client of the API, signed in once the house has started.</summary>
    public HttpClient Api { get; }

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The house is not started.");

    /// <summary>Makes the data folder by one first start, so that later ones are warm.</summary>
    public static async Task<SentinelHouse> PrepareAsync(CancellationToken cancellationToken)
    {
        var house = new SentinelHouse(await FakeGitHubServer.StartAsync(cancellationToken));
        await house.StartAsync(cancellationToken);
        await house.StopAsync(cancellationToken);
        return house;
    }

    /// <summary>Starts everything; returns the seconds until the start-up table said that all is healthy.</summary>
    public async Task<double> StartAsync(CancellationToken cancellationToken)
    {
        var ready = new TaskCompletionSource();
        var start = new ProcessStartInfo("dotnet", [Build.Assembly("Sentinel.AppHost", "Sentinel.AppHost.dll")])
        {
            WorkingDirectory = Build.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in new[]
        {
            ("SENTINEL_DATA_DIR", _data), ("API_PORT", Text(_ports.Api)), ("WEB_PORT", Text(_ports.Web)), ("GITHUB_WEBHOOK_SECRET", WebhookSecret), ("API_KEY", ""),
        })
            start.Environment[name] = value;
        var started = Stopwatch.GetTimestamp();
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var said = new ConcurrentQueue<string>();
        void Hear(string? line)
        {
            if (line?.StartsWith("Sentinel is ready", StringComparison.Ordinal) == true) ready.TrySetResult();
            if (line is not null && !ready.Task.IsCompleted) said.Enqueue(line);
        }
        _process.OutputDataReceived += (_, line) => Hear(line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException($"Sentinel did not start: {string.Join('\n', said)}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await ready.Task.WaitAsync(TimeSpan.FromMinutes(3), cancellationToken);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await SignInAsync(cancellationToken);
        return seconds;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_process is null) return;
        using (var kill = Process.Start("kill", ["-TERM", Text(_process.Id)])) await kill.WaitForExitAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken).WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None);
        Api.Dispose();
        await GitHub.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    private async Task SignInAsync(CancellationToken cancellationToken)
    {
        using var answer = await Api.PostAsync($"{ApiRoutes.Session}/local", null, cancellationToken);
        answer.EnsureSuccessStatusCode();
        var session = await answer.Content.ReadFromJsonAsync<SessionCreated>(SentinelJson.Options, cancellationToken);
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session!.Token);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

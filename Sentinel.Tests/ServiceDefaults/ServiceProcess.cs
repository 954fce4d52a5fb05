using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Sentinel.Tests.ServiceDefaults;

/// <summary>A service as it is deployed: its own process with its own environment.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    private ServiceProcess(Process process, int port)
    {
        this.process = process;
        Port = port;
        output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public int Port { get; }

    public HttpClient Client { get; }

    public static ServiceProcess Start(string assembly, (string Key, string Value)[] environment, params string[] args)
    {
        var port = FreePort();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, assembly), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var inherited in (string[])["DATABASE_URL", "REDIS_URL", "API_KEY", "AI_BASE_URL", "GITHUB_WEBHOOK_SECRET", "ASPNETCORE_URLS", "ASPNETCORE_ENVIRONMENT"])
            start.Environment.Remove(inherited);
        start.Environment["PORT"] = port.ToString(CultureInfo.InvariantCulture);
        start.Environment["DOTNET_ENVIRONMENT"] = "Production";
        foreach (var (key, value) in environment) start.Environment[key] = value;
        return new ServiceProcess(Process.Start(start)!, port);
    }

    public async Task WaitUntilAliveAsync(CancellationToken cancellationToken)
    {
        var started = Stopwatch.StartNew();
        while (true)
        {
            if (process.HasExited) Assert.Fail($"The service ended: {await error}{await output}");
            if (started.Elapsed > TimeSpan.FromSeconds(60)) Assert.Fail("The service does not come up.");
            try
            {
                using var answer = await Client.GetAsync(new Uri("/alive", UriKind.Relative), cancellationToken);
                if (answer.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    public async Task<(int Code, string Output, string Error)> ExitAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>Asks the process to end as orchestrators do, and gives what it had logged.</summary>
    public async Task<(int Code, IReadOnlyList<JsonElement> Log)> StopAsync(CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no SIGTERM.");
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync(cancellationToken);
        var (code, text, _) = await ExitAsync(cancellationToken);
        return (code, [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)]);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>The dashboard as its own process, as an operator runs it.</summary>
internal sealed class WebProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();

    private WebProcess(Process process, string url)
    {
        _process = process;
        Url = url;
    }

    public string Url { get; }

    public string Output
    {
        get { lock (_output) return _output.ToString(); }
    }

    public static async Task<WebProcess> StartAsync(string apiUrl, CancellationToken cancellationToken, string environment = "Development", params (string Name, string Value)[] settings)
    {
        var port = FreePort();
        var assembly = Path.Combine(ProjectDirectory(), "bin", Configuration, "net10.0", "Sentinel.Web.dll");
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = ProjectDirectory(), RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(assembly);
        start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
        start.Environment["PORT"] = $"{port}";
        start.Environment["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        if (settings.All(s => s.Name != "API_URL")) start.Environment["services__api__http__0"] = apiUrl;
        foreach (var (name, value) in settings) start.Environment[name] = value;
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        var web = new WebProcess(process, $"http://localhost:{port}");
        process.OutputDataReceived += (_, e) => web.Keep(e.Data);
        process.ErrorDataReceived += (_, e) => web.Keep(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await web.WaitUntilUpAsync(cancellationToken);
        return web;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task WaitUntilUpAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        for (var attempt = 0; attempt < 150; attempt++)
        {
            if (_process.HasExited)
                throw new InvalidOperationException("The dashboard stopped: " + Output);
            try
            {
                using var answer = await http.GetAsync(Url + "/sign-in", cancellationToken);
                return;
            }
            catch (Exception ex) when (ex is HttpRequestException || (ex is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                await Task.Delay(200, cancellationToken);
            }
        }
        throw new TimeoutException("The dashboard did not come up: " + Output);
    }

    private void Keep(string? line)
    {
        lock (_output)
            _output.AppendLine(line);
    }

    private static string Configuration => AppContext.BaseDirectory.Contains("Release", StringComparison.Ordinal) ? "Release" : "Debug";

    private static string ProjectDirectory()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "Sentinel.sln")))
            directory = directory.Parent;
        return Path.Combine(directory?.FullName ?? throw new DirectoryNotFoundException("Sentinel.sln"), "Sentinel.Web");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

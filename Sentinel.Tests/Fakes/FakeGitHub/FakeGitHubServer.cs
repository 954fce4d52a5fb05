using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>Serves real git repositories over git's smart HTTP protocol: https://git-scm.com/docs/gitprotocol-http.</summary>
internal sealed class FakeGitHubServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, TestRepository> _repositories = new(StringComparer.Ordinal);

    private FakeGitHubServer(WebApplication app) => _app = app;

    /// <summary>Address without a path.</summary>
    public Uri Url => new(_app.Urls.First());

    /// <summary>Paths that were asked for, in order.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>When set, every answer has this status and nothing else.</summary>
    public int? Fault { get; set; }

    public static async Task<FakeGitHubServer> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeGitHubServer(app);
        app.MapGet("/{owner}/{name}/info/refs", server.InfoRefsAsync);
        app.MapPost("/{owner}/{name}/git-upload-pack", server.UploadPackAsync);
        await app.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>A new, empty repository.</summary>
    public TestRepository Create(string fullName)
    {
        var repository = TestRepository.Create();
        _repositories[fullName] = repository;
        return repository;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var repository in _repositories.Values) repository.Dispose();
    }

    private async Task InfoRefsAsync(HttpContext context, string owner, string name)
    {
        if (Find(context, owner, name) is not { } repository) return;
        if (context.Request.Query["service"] != "git-upload-pack")
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        context.Response.ContentType = "application/x-git-upload-pack-advertisement";
        await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes("001e# service=git-upload-pack\n0000"));
        await RunAsync(context, repository, ["--advertise-refs"], Stream.Null);
    }

    private async Task UploadPackAsync(HttpContext context, string owner, string name)
    {
        if (Find(context, owner, name) is not { } repository) return;
        context.Response.ContentType = "application/x-git-upload-pack-result";
        var body = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
        await RunAsync(context, repository, [], body);
    }

    private TestRepository? Find(HttpContext context, string owner, string name)
    {
        Requests.Enqueue(context.Request.Path);
        if (Fault is null && _repositories.TryGetValue($"{owner}/{name.Replace(".git", "", StringComparison.Ordinal)}", out var repository)) return repository;
        context.Response.StatusCode = Fault ?? StatusCodes.Status404NotFound;
        return null;
    }

    private static async Task RunAsync(HttpContext context, TestRepository repository, string[] arguments, Stream input)
    {
        var start = new ProcessStartInfo("git", ["upload-pack", "--stateless-rpc", .. arguments, repository.GitDirectory])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        if (context.Request.Headers["Git-Protocol"] is [{ } protocol]) start.Environment["GIT_PROTOCOL"] = protocol;
        using var git = Process.Start(start)!;
        var writing = Task.Run(async () =>
        {
            try
            {
                await input.CopyToAsync(git.StandardInput.BaseStream);
            }
            catch (IOException)
            {
                // git had read enough.
            }
            git.StandardInput.Close();
        });
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await git.StandardOutput.BaseStream.CopyToAsync(context.Response.Body);
        await writing;
        await git.WaitForExitAsync();
    }
}

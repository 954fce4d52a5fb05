using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>git's smart HTTP protocol (https://git-scm.com/docs/gitprotocol-http); private repositories want a credential.</summary>
internal sealed class GitTransport(FakeGitHubServer server)
{
    public async Task InfoRefsAsync(HttpContext context, string owner, string name)
    {
        if (await FindAsync(context, owner, name) is not { } repository) return;
        if (context.Request.Query["service"] != "git-upload-pack")
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        context.Response.ContentType = "application/x-git-upload-pack-advertisement";
        await context.Response.Body.WriteAsync(Encoding.ASCII.GetBytes("001e# service=git-upload-pack\n0000"));
        await RunAsync(context, repository, ["--advertise-refs"], Stream.Null);
    }

    public async Task UploadPackAsync(HttpContext context, string owner, string name)
    {
        if (await FindAsync(context, owner, name) is not { } repository) return;
        context.Response.ContentType = "application/x-git-upload-pack-result";
        var body = context.Request.Headers.ContentEncoding == "gzip" ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body;
        await RunAsync(context, repository, [], body);
    }

    private async Task<TestRepository?> FindAsync(HttpContext context, string owner, string name)
    {
        var path = context.Request.Path.Value!;
        server.Requests.Enqueue(path);
        var authorization = context.Request.Headers.Authorization.ToString();
        var fault = server.Faults.Take(context.Request.Method, path);
        if (fault is FakeFault.RevokeToken) server.Tokens.Revoke(authorization);
        var (caller, refusal) = server.Tokens.Identify(authorization);
        var call = server.Record(context, path, body: null, caller);
        if (fault is FakeFault.Slow slow) await slow.Until.WaitAsync(context.RequestAborted);
        if (fault is FakeFault.Reset)
        {
            context.Abort();
            return null;
        }
        var status = server.Fault ?? (fault as FakeFault.Status)?.Code;
        var repository = server.Find($"{owner}/{(name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name)}");
        if (status is null && refusal is not null) status = 401;
        else if (status is null && (repository is null || !MayRead(caller, repository))) status = repository?.Private == true && authorization.Length == 0 ? 401 : 404;
        call.Status = status ?? 200;
        if (status is null) return repository!.Git;
        if (status == 401) context.Response.Headers.WWWAuthenticate = "Basic realm=\"GitHub\"";
        context.Response.StatusCode = status.Value;
        return null;
    }

    private static bool MayRead(FakeCaller caller, FakeRepository repository) =>
        !repository.Private
        || (caller.User is { } user && repository.PermissionOf(user) != "none")
        || (caller.Token is { } token && token.Installation.Holds(repository) && token.Repositories?.Contains(repository.Id) != false && token.Permissions.ContainsKey("contents"));

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

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Commands;

/// <summary>Scans one repository through the API, as the dashboard would, and prints what was found.</summary>
internal sealed class ScanCommand(DistributedApplicationModel model, RunContext context)
{
    private const int Succeeded = 0;
    private const int Failed = 2;
    private const int TopFindings = 10;
    private static readonly string[] Severities = ["Critical", "High", "Medium", "Low", "Info"];
    private static readonly string[] EndStates = ["Succeeded", "Partial", "Failed", "Superseded", "Cancelled", "DeadLettered"];

    public async Task<int> RunAsync(string target, CancellationToken cancellationToken)
    {
        var url = await ResolveAsync(target, cancellationToken).ConfigureAwait(false);
        using var client = new HttpClient { BaseAddress = new Uri(Url("api")), Timeout = TimeSpan.FromSeconds(30) };
        try
        {
            var session = await PostAsync(client, "/api/v1/session/local", new { }, cancellationToken).ConfigureAwait(false);
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.GetProperty("token").GetString());
            var accepted = await PostAsync(client, "/api/v1/scans", new { url }, cancellationToken).ConfigureAwait(false);
            var scanId = accepted.GetProperty("scanId").GetGuid();
            var scan = await FollowAsync(client, scanId, cancellationToken).ConfigureAwait(false);
            await ReportAsync(client, scanId, scan, cancellationToken).ConfigureAwait(false);
            return scan.GetProperty("status").GetString() is "Succeeded" or "Partial" ? Succeeded : Failed;
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or KeyNotFoundException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            context.Console.Say($"The scan of {target} failed: {e.Message}");
            return Failed;
        }
    }

    internal static int Rank(string severity) => Array.IndexOf(Severities, severity) is var rank and >= 0 ? rank : Severities.Length;

    private async Task<string> ResolveAsync(string target, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(target))
        {
            return target.Contains("://", StringComparison.Ordinal)
                ? target
                : throw new DistributedApplicationException($"'{target}' is neither a directory nor a git URL.");
        }

        var (code, root) = await GitAsync(target, cancellationToken, "rev-parse", "--show-toplevel").ConfigureAwait(false);
        if (code != 0)
        {
            (code, root) = await GitAsync(target, cancellationToken, "rev-parse", "--absolute-git-dir").ConfigureAwait(false);
            if (code != 0) throw new DistributedApplicationException($"'{target}' is not a git repository. Sentinel scans what is committed; for loose files use: sentinel scan {target}");
            return root;
        }

        var (_, changes) = await GitAsync(root, cancellationToken, "status", "--porcelain").ConfigureAwait(false);
        if (changes.Length > 0) context.Console.Say("Note: the working tree has changes that are not committed. They are not scanned; the last commit is.");
        return root;
    }

    private static async Task<(int Code, string Output)> GitAsync(string directory, CancellationToken cancellationToken, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", directory, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var git = Process.Start(start)!;
        var error = git.StandardError.ReadToEndAsync(cancellationToken);
        var output = await git.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await error.ConfigureAwait(false);
        await git.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return (git.ExitCode, output.Trim());
    }

    private async Task<JsonElement> FollowAsync(HttpClient client, Guid scanId, CancellationToken cancellationToken)
    {
        var shown = "";
        while (true)
        {
            var detail = await client.GetFromJsonAsync<JsonElement>($"/api/v1/scans/{scanId}", cancellationToken).ConfigureAwait(false);
            var scan = detail.GetProperty("summary");
            var status = scan.GetProperty("status").GetString()!;
            var progress = string.Create(CultureInfo.InvariantCulture, $"scan: {status}, {scan.GetProperty("phase").GetString()}, {scan.GetProperty("filesDone").GetInt32()} of {scan.GetProperty("filesTotal").GetInt32()} files");
            if (progress != shown) context.Console.Say(shown = progress);
            if (EndStates.Contains(status)) return scan;
            await Task.Delay(TimeSpan.FromMilliseconds(500), context.Clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ReportAsync(HttpClient client, Guid scanId, JsonElement scan, CancellationToken cancellationToken)
    {
        var text = new StringBuilder().AppendLine();
        var status = scan.GetProperty("status").GetString();
        text.AppendLine(CultureInfo.InvariantCulture, $"Scan of {scan.GetProperty("repositoryName").GetString()}: {status}");
        if (scan.TryGetProperty("errorDetail", out var error) && error.ValueKind == JsonValueKind.String) text.AppendLine(CultureInfo.InvariantCulture, $"  {error.GetString()}");

        var page = await client.GetFromJsonAsync<JsonElement>($"/api/v1/findings?repositoryId={scan.GetProperty("repositoryId").GetGuid()}&limit=100", cancellationToken).ConfigureAwait(false);
        var findings = page.GetProperty("items").EnumerateArray().OrderBy(f => Rank(f.GetProperty("severity").GetString()!)).ToArray();
        var counts = findings.GroupBy(f => f.GetProperty("severity").GetString()!).OrderBy(g => Rank(g.Key)).Select(g => $"{g.Count()} {g.Key.ToLowerInvariant()}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {scan.GetProperty("findingsTotal").GetInt32()} findings{(findings.Length > 0 ? ": " + string.Join(", ", counts) : "")}; {scan.GetProperty("filesSkipped").GetInt32()} files not looked at");
        foreach (var finding in findings.Take(TopFindings))
            text.AppendLine(CultureInfo.InvariantCulture, $"  {finding.GetProperty("severity").GetString(),-8} {finding.GetProperty("path").GetString()}:{finding.GetProperty("startLine").GetInt32()}  {finding.GetProperty("title").GetString()}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {Url("web")}/scans/{scanId}");
        context.Console.Say(text.ToString());
    }

    private static async Task<JsonElement> PostAsync<T>(HttpClient client, string path, T body, CancellationToken cancellationToken)
    {
        using var response = await client.PostAsJsonAsync(path, body, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode) return await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken).ConfigureAwait(false);
        var problem = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        throw new HttpRequestException($"{path} answered {(int)response.StatusCode}: {problem[..Math.Min(problem.Length, 500)]}");
    }

    private string Url(string resource) =>
        model.Resources.TryGetByName(resource, out var found) && found is IResourceWithEndpoints endpoints && endpoints.GetEndpoints().FirstOrDefault(e => e.IsHttp) is { } endpoint
            ? endpoint.Url
            : throw new DistributedApplicationException($"--scan needs the resource '{resource}', which the model does not have.");
}

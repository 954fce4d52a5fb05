using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Sentinel.Scanning.Reporting;

namespace Sentinel.Cli;

/// <summary><c>sentinel import FILE</c>: sends results of another tool to a Sentinel server.</summary>
internal static class ImportCommand
{
    private const int Sound = 0;

    private static readonly Argument<string> FileArgument = new("FILE") { Description = "SARIF 2.1.0, gzipped or not; - for standard input" };
    private static readonly Option<string?> Server = new("--server") { Description = "Address of the server's API; else SENTINEL_URL", HelpName = "URL" };
    private static readonly Option<string?> Repository = new("--repository") { Description = "The repository as the dashboard names it; else GITHUB_REPOSITORY", HelpName = "OWNER/NAME" };
    private static readonly Option<string?> Ref = new("--ref") { Description = "The branch or pull request that was scanned, as refs/heads/main; else GITHUB_REF", HelpName = "REF" };
    private static readonly Option<string?> Commit = new("--commit") { Description = "Full id of the commit that was scanned; else GITHUB_SHA", HelpName = "SHA" };
    private static readonly Option<string?> Category = new("--category") { Description = "Tells several analyses by one tool apart", HelpName = "NAME" };
    private static readonly Option<bool> Wait = new("--wait") { Description = "Wait until the results are findings" };

    public static Command Create()
    {
        var command = new Command("import", "Send SARIF of another tool to a server: exit code 0 when it was taken, 2 error. The token is read from SENTINEL_TOKEN") { FileArgument, Server, Repository, Ref, Commit, Category, Wait };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await RunAsync(parsed, cancellationToken);
            }
            catch (Exception ex) when (ex is CliException or IOException or UnauthorizedAccessException)
            {
                return ScanCommand.Fail(ex.Message);
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (repository, reference, commit) = (
            Given(parsed.GetValue(Repository), "GITHUB_REPOSITORY", "--repository"), Given(parsed.GetValue(Ref), "GITHUB_REF", "--ref"), Given(parsed.GetValue(Commit), "GITHUB_SHA", "--commit"));
        var token = Environment.GetEnvironmentVariable("SENTINEL_TOKEN") is { Length: > 0 } secret ? secret : throw new CliException("SENTINEL_TOKEN holds no token. Make one on the dashboard under Settings, with the role Triager.");
        using var server = new SentinelServer(Given(parsed.GetValue(Server), "SENTINEL_URL", "--server"), token);

        var file = await SarifFile.ReadAsync(parsed.GetValue(FileArgument)!, cancellationToken);
        try
        {
            return await SendAsync(parsed, server, repository, reference, commit, file, cancellationToken);
        }
        catch (Exception ex) when (ex is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw server.NoApi();
        }
    }

    private static async Task<int> SendAsync(
        ParseResult parsed, SentinelServer server, string repository, string reference, string commit, byte[] file, CancellationToken cancellationToken)
    {
        var id = await server.RepositoryAsync(repository, cancellationToken);
        var query = $"ref={Uri.EscapeDataString(reference)}&commit={Uri.EscapeDataString(commit)}{(parsed.GetValue(Category) is { } category ? $"&category={Uri.EscapeDataString(category)}" : "")}";
        var accepted = await server.ImportAsync(id, query, file, cancellationToken);
        foreach (var tool in accepted.GetProperty("tools").EnumerateArray()) Console.WriteLine(Describe(tool));
        var scan = accepted.GetProperty("scanId").GetGuid();
        if (parsed.GetValue(Wait)) return await WaitAsync(server, scan, cancellationToken);
        Console.WriteLine($"scan {scan}");
        return Sound;
    }

    private static string Given(string? option, string variable, string name) =>
        option ?? (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : throw new CliException($"Say {name}, or set {variable}."));

    private static string Describe(JsonElement tool)
    {
        int Of(string name) => tool.GetProperty(name).GetInt32();
        var text = string.Create(CultureInfo.InvariantCulture, $"{tool.GetProperty("tool").GetString()} as {tool.GetProperty("reporter").GetString()}: {Of("results")} results");
        if (Of("ignored") > 0) text += string.Create(CultureInfo.InvariantCulture, $", {Of("ignored")} that are in order or suppressed");
        if (Of("placeless") > 0) text += string.Create(CultureInfo.InvariantCulture, $", {Of("placeless")} that name no file and were left out");
        return Printable.Line(text);
    }

    private static async Task<int> WaitAsync(SentinelServer server, Guid scan, CancellationToken cancellationToken)
    {
        while (true)
        {
            var summary = (await server.ScanAsync(scan, cancellationToken)).GetProperty("summary");
            var status = summary.GetProperty("status").GetString();
            if (status is "Succeeded" or "Partial")
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{summary.GetProperty("findingsOpened").GetInt32()} new, {summary.GetProperty("findingsClosed").GetInt32()} fixed, {summary.GetProperty("findingsTotal").GetInt32()} in all"));
                if (status == "Partial") Messages.Write("some results name no file of the commit; the scan's page says how many");
                return Sound;
            }
            // Pushes follow each other faster than tools end; that is nobody's fault, and no reason for a red build.
            if (status == "Superseded")
            {
                Messages.Write("nothing was changed: results of a newer commit are known, or the pull request is closed");
                return Sound;
            }
            if (status is not ("Queued" or "Running")) throw new CliException($"The import ended as {status}: {summary.GetProperty("errorDetail").GetString() ?? "no reason was given"}");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        }
    }
}

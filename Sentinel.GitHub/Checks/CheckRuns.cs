namespace Sentinel.GitHub.Checks;

/// <summary>Check runs (https://docs.github.com/en/rest/checks/runs) of the App that the connection acts for.</summary>
public static class CheckRuns
{
    /// <summary>GitHub's most annotations of one request.</summary>
    public const int MaxAnnotations = 50;

    /// <summary>GitHub's longest summary. It counts characters; bytes are never more.</summary>
    public const int MaxSummaryBytes = 65_535;

    /// <summary>All check runs of a commit by one App with one name, also those that a newer one of the name hides.</summary>
    /// <param name="repository"><c>owner/name</c>.</param>
    public static IAsyncEnumerable<CheckRunFacts> ListCheckRunsAsync(
        this GitHubConnection connection, string repository, string headSha, string name, long appId, CancellationToken cancellationToken) =>
        connection.ListAsync<CheckRunFacts>(
            $"repos/{repository}/commits/{headSha}/check-runs?check_name={Uri.EscapeDataString(name)}&filter=all&app_id={appId}", "check_runs", cancellationToken);

    /// <summary>Not repeated after a lost connection: look before asking again.</summary>
    public static Task<CheckRunFacts> CreateCheckRunAsync(this GitHubConnection connection, string repository, CheckRunWrite run, CancellationToken cancellationToken) =>
        connection.SendAsync<CheckRunFacts>(HttpMethod.Post, $"repos/{repository}/check-runs", run, cancellationToken);

    /// <summary>Appends the annotations to those that are there. Not repeated after a lost connection: look before asking again.</summary>
    public static Task<CheckRunFacts> UpdateCheckRunAsync(
        this GitHubConnection connection, string repository, long id, CheckRunWrite run, CancellationToken cancellationToken) =>
        connection.SendAsync<CheckRunFacts>(HttpMethod.Patch, $"repos/{repository}/check-runs/{id}", run, cancellationToken);
}

/// <summary>A check run as GitHub has it.</summary>
/// <param name="Status">queued, in_progress or completed.</param>
/// <param name="Conclusion">Null until it is completed.</param>
public sealed record CheckRunFacts(long Id, string? ExternalId, string Status, string? Conclusion, string? HtmlUrl, CheckRunOutputFacts Output, AppFacts? App);

/// <summary>What a check run shows.</summary>
public sealed record CheckRunOutputFacts(string? Title, string? Summary, int AnnotationsCount);

/// <summary>The App that wrote something.</summary>
public sealed record AppFacts(long Id);

/// <summary>What is written to a check run; null leaves a value as it is.</summary>
public sealed record CheckRunWrite
{
    /// <summary>Required to create one.</summary>
    public string? Name { get; init; }

    /// <summary>Required to create one.</summary>
    public string? HeadSha { get; init; }

    /// <inheritdoc cref="CheckRunFacts.ExternalId"/>
    public string? ExternalId { get; init; }

    /// <summary>Where "Details" leads; null for a page of GitHub's.</summary>
    public string? DetailsUrl { get; init; }

    /// <summary>queued, in_progress or completed; required with <see cref="Conclusion"/>.</summary>
    public string? Status { get; init; }

    /// <summary>success, failure, neutral, cancelled, skipped, timed_out or action_required.</summary>
    public string? Conclusion { get; init; }

    /// <summary>When work began.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>What it shows.</summary>
    public CheckRunOutputWrite? Output { get; init; }
}

/// <summary>What a check run is to show.</summary>
/// <param name="Annotations">At most <see cref="CheckRuns.MaxAnnotations"/>, added to those that are there; null for none.</param>
public sealed record CheckRunOutputWrite(string Title, string Summary, IReadOnlyList<CheckAnnotation>? Annotations);

/// <summary>A remark at lines of a file. GitHub shows it as plain text.</summary>
/// <param name="StartColumn">Only within one line; null otherwise.</param>
/// <param name="EndColumn">Only within one line; null otherwise.</param>
/// <param name="AnnotationLevel">notice, warning or failure.</param>
public sealed record CheckAnnotation(
    string Path, int StartLine, int EndLine, int? StartColumn, int? EndColumn, string AnnotationLevel, string Title, string Message);

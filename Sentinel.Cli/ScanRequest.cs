namespace Sentinel.Cli;

/// <summary>What is scanned.</summary>
internal enum ScanMode { Folder, History, Since, Staged, StandardInput }

/// <summary>How a report is written.</summary>
internal enum ReportFormat { Table, Json, Sarif, Csv, JUnit, Gitleaks }

/// <summary>One report.</summary>
/// <param name="File">Null for standard output.</param>
internal sealed record ReportTarget(ReportFormat Format, string? File);

/// <summary>A command line that was understood.</summary>
internal sealed record ScanRequest
{
    public required ScanMode Mode { get; init; }

    /// <summary>File or folder; the current folder where none was named.</summary>
    public required string Path { get; init; }

    /// <summary>The commit before those that are scanned, in <see cref="ScanMode.Since"/>.</summary>
    public string? Since { get; init; }

    /// <summary>What standard input is called, which decides how it is read.</summary>
    public required string StandardInputName { get; init; }

    /// <summary>At least one; at most one without a file.</summary>
    public required IReadOnlyList<ReportTarget> Reports { get; init; }

    public bool Redact { get; init; }

    /// <summary>Whether a comment must name the value that it allows.</summary>
    public bool RequireMarks { get; init; }

    public string? Baseline { get; init; }

    /// <summary>Whether the policy of what is scanned is obeyed.</summary>
    public bool UsesPolicy { get; init; } = true;

    public required RuleSources Rules { get; init; }

    /// <summary>Null for no cache.</summary>
    public required string? CacheFile { get; init; }
}

using System.Collections.Immutable;

namespace Sentinel.Scanning.Policies;

/// <summary>What a repository says of its own findings, in <see cref="PolicyFile.Name"/>: what blocks, what counts, what is allowed and until when.</summary>
public sealed record RepositoryPolicy
{
    /// <summary>What holds where there is no file, or one with errors.</summary>
    public static RepositoryPolicy Default { get; } = new();

    /// <summary>What makes a check fail.</summary>
    public PolicyGate Gate { get; init; } = new();

    /// <summary>Where findings count.</summary>
    public PolicyPaths Paths { get; init; } = new();

    /// <summary>Findings that are allowed, in the order of the file; expired ones included.</summary>
    public ImmutableArray<PolicySuppression> Suppressions { get; init; } = [];

    /// <summary>How much is said on a pull request.</summary>
    public PolicyComments Comments { get; init; } = new();

    /// <summary>What a language model may be asked.</summary>
    public PolicyAi Ai { get; init; } = new();
}

/// <summary>A finding at or above both thresholds makes the check fail.</summary>
public sealed record PolicyGate
{
    /// <summary>Least severity that blocks; null when nothing ever blocks. Default high.</summary>
    public Severity? Severity { get; init; } = Scanning.Severity.High;

    /// <summary>Least confidence that blocks. Default medium.</summary>
    public Confidence Confidence { get; init; } = Confidence.Medium;

    /// <summary>Whether only what the change itself brings can block. Default true.</summary>
    public bool OnlyNew { get; init; } = true;
}

/// <summary>The part of the repository in which findings count. Everything is scanned whatever is said here.</summary>
public sealed record PolicyPaths
{
    /// <summary>Patterns of which a path must match one; empty for all paths.</summary>
    public ImmutableArray<Glob> Include { get; init; } = [];

    /// <summary>Patterns of which a path must match none.</summary>
    public ImmutableArray<Glob> Exclude { get; init; } = [];

    /// <summary>Whether a finding at this path counts.</summary>
    public bool Counts(string path) => (Include.IsEmpty || Include.Any(g => g.IsMatch(path))) && !Exclude.Any(g => g.IsMatch(path));
}

/// <summary>How much is said on a pull request; the dashboard always has everything.</summary>
public sealed record PolicyComments
{
    /// <summary>Most that <see cref="Maximum"/> can be.</summary>
    public const int Most = 50;

    /// <summary>What <see cref="MinimumActedOn"/> is where nobody says otherwise, in percent.</summary>
    public const int DefaultMinimumActedOn = 10;

    /// <summary>Least severity that gets a comment. Default medium.</summary>
    public Severity MinimumSeverity { get; init; } = Severity.Medium;

    /// <summary>Most comments on one pull request, 0 to <see cref="Most"/>. Default 10.</summary>
    public int Maximum { get; init; } = 10;

    /// <summary>
    /// Least share, in percent, of what a rule told that people must act on for it to go on commenting, 0 to 100; 0 lets every rule comment.
    /// Default <see cref="DefaultMinimumActedOn"/>.
    /// </summary>
    public int MinimumActedOn { get; init; } = DefaultMinimumActedOn;
}

/// <summary>What a language model may be asked about this repository, where the installation has one.</summary>
public sealed record PolicyAi
{
    /// <summary>To explain findings. Default true.</summary>
    public bool Explain { get; init; } = true;

    /// <summary>To propose fixes. Default true.</summary>
    public bool Fix { get; init; } = true;
}

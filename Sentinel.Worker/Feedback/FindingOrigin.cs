namespace Sentinel.Worker.Feedback;

/// <summary>Why a finding stands in a commit.</summary>
internal enum FindingOrigin
{
    /// <summary>This change brought it.</summary>
    Introduced,

    /// <summary>The code was there before; a rule or an advisory that finds it is newer than the scan it is compared with.</summary>
    NewRule,

    /// <summary>It was found before.</summary>
    Before,
}

/// <summary>What a commit is compared with.</summary>
internal enum ComparisonKind
{
    /// <summary>Nothing: no scan of the base has ended.</summary>
    None,

    /// <summary>The commit where the pull request left its base branch.</summary>
    MergeBase,

    /// <summary>The newest scan of the base branch, because the merge base itself was never scanned.</summary>
    BaseBranch,

    /// <summary>The commit before, on the same branch.</summary>
    Previous,
}

/// <summary>The commit that another is compared with.</summary>
/// <param name="CommitSha">Null for <see cref="ComparisonKind.None"/>.</param>
/// <param name="Findings">What stood in it.</param>
/// <param name="SameRules">Whether both commits were scanned by the same rules.</param>
internal sealed record Comparison(ComparisonKind Kind, string? CommitSha, IReadOnlySet<Guid> Findings, bool SameRules)
{
    public static Comparison None { get; } = new(ComparisonKind.None, null, new HashSet<Guid>(), SameRules: false);
}

/// <summary>Tells what a change introduced from what was there before.</summary>
internal static class Origins
{
    /// <param name="diff">What the change touched; null when there is no telling, as for a push.</param>
    public static FindingOrigin Of(Guid findingId, string path, int startLine, int endLine, Comparison comparison, DiffLines? diff)
    {
        if (comparison.Findings.Contains(findingId)) return FindingOrigin.Before;
        if (comparison is { Kind: not ComparisonKind.None, SameRules: true }) return FindingOrigin.Introduced;
        // The rules differ, or nothing was scanned: what the change did not write, it did not introduce.
        if (diff is not null && diff.Adds(path, startLine, endLine)) return FindingOrigin.Introduced;
        return comparison.Kind == ComparisonKind.None ? FindingOrigin.Before : FindingOrigin.NewRule;
    }
}

using Sentinel.Scanning.Fixes;

namespace Sentinel.Scanning.Infrastructure.Dockerfile;

/// <summary>A defect at a place of a Dockerfile.</summary>
/// <param name="Tokens">The code that makes the defect, for its identity.</param>
internal sealed record DockerMatch(DockerStage Stage, int Start, int Length, string Message, string Tokens)
{
    /// <summary>Makes a change that may mend it, or none; null where the rule knows of no change.</summary>
    public Func<FixProposal?>? Fix { get; init; }
}

/// <summary>One rule over a parsed Dockerfile.</summary>
internal interface IDockerfileRule
{
    RuleDescriptor Descriptor { get; }

    IEnumerable<DockerMatch> Check(DockerfileDocument document);
}

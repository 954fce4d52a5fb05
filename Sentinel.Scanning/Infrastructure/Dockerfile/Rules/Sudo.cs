using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>sudo in a build step.</summary>
internal sealed partial class Sudo : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-sudo", "sudo in the image", Severity.Low, Confidence.High, 250,
        "An image that holds sudo lets a taken-over process become root again, and its behaviour with terminals and signals is unpredictable in builds.",
        "Do what needs root before the USER instruction, and leave sudo out of the image; gosu or setpriv drop privileges in an entry point.",
        ["https://docs.docker.com/build/building/best-practices/#user"],
        ["FROM debian:12\nRUN sudo apt-get update\nUSER app\n"],
        ["FROM debian:12\nRUN apt-get update\nUSER app\n", "FROM debian:12\nRUN echo pseudo sudoku\nUSER app\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) => DockerRule.Search(document, "RUN", Pattern(), "A build step uses sudo.");

    [GeneratedRegex(@"(?:^|&&|;|\|)[ \t\n]*sudo[ \t]+[^\s-]\S*", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}

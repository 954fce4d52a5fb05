using System.Text.RegularExpressions;
using Sentinel.Scanning.Fixes;

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

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) =>
        DockerRule.Search(document, "RUN", Pattern(), "A build step uses sudo.", (stage, instruction, span) => IsRoot(stage, instruction) && !Others().IsMatch(instruction.Arguments) ? Drop(document, span) : null);

    private static FixProposal? Drop(DockerfileDocument document, TextSpan span) =>
        DockerRule.Replace(document, span, "The build step runs as root here already, so sudo changes nothing.", text => Word().Replace(text, "", 1));

    // Nobody but root installs packages; who the base image's user is, only the image knows.
    private static bool IsRoot(DockerStage stage, DockerInstruction instruction)
    {
        var before = stage.Instructions.TakeWhile(i => i != instruction).ToList();
        if (before.FindLastIndex(i => i.Keyword == "USER") is >= 0 and var last) return before[last].Arguments.Trim().Split(':')[0] is "root" or "0";
        return before.Exists(i => i.Keyword == "RUN" && Installs().IsMatch(i.Arguments) && !i.Arguments.Contains("sudo", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\bsudo[ \t]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    // Somebody else's command, or a text that is one.
    [GeneratedRegex(@"[""'`]|\b(?:su|gosu|runuser|setpriv|su-exec)\b", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Others();

    [GeneratedRegex(@"(?:^|&&|;)\s*(?:apt|apt-get|apk|yum|dnf|microdnf|zypper)\s[^\n&;|]{0,200}\b(?:install|add)\b", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Installs();

    [GeneratedRegex(@"(?:^|&&|;|\|)[ \t\n]*sudo[ \t]+[^\s-]\S*", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}

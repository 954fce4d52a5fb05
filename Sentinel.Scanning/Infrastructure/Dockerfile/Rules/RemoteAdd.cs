using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>ADD of a URL without a checksum.</summary>
internal sealed partial class RemoteAdd : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-remote-add", "Remote file is added unverified", Severity.Medium, Confidence.High, 494,
        "ADD takes whatever the address serves at build time. Whoever controls that server, or the way to it, puts software into the image.",
        "Give the expected digest: ADD --checksum=sha256:… <url> <path>, or download in a RUN step and verify a signature.",
        ["https://docs.docker.com/reference/dockerfile/#add---checksum"],
        ["FROM debian:12\nADD https://downloads.acme.io/tool.tgz /opt/\nUSER app\n"],
        ["FROM debian:12\nADD --checksum=sha256:<hex:64> https://downloads.acme.io/tool.tgz /opt/\nUSER app\n", "FROM debian:12\nADD tool.tgz /opt/\nUSER app\n", "FROM debian:12\nADD https://github.com/acme/tool.git#v1 /src\nUSER app\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) =>
        from stage in document.Stages
        from instruction in stage.Instructions
        where instruction.Keyword == "ADD" && !instruction.Arguments.Contains("--checksum=", StringComparison.Ordinal)
        from Match match in Url().Matches(instruction.Arguments)
        where !match.Value.Contains(".git", StringComparison.Ordinal)
        select new DockerMatch(stage, instruction.ArgumentsStart + match.Index, match.Length, $"{match.Value} is added without a checksum.", match.Value);

    [GeneratedRegex(@"https?://[^\s""',\]]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Url();
}

using System.Text.RegularExpressions;
using Sentinel.Scanning.Fixes;

namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>An SSH server in a container.</summary>
internal sealed partial class ExposedSsh : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-exposed-ssh", "SSH port is exposed", Severity.Medium, Confidence.High, 284,
        "An SSH server in a container is one more way in, with its own keys and passwords that nobody rotates.",
        "Take the server out; docker exec and kubectl exec reach a container with the orchestrator's own access control.",
        ["https://docs.docker.com/reference/dockerfile/#expose"],
        ["FROM debian:12\nEXPOSE 22\nUSER app\n", "FROM debian:12\nEXPOSE 80 22/tcp\nUSER app\n"],
        ["FROM debian:12\nEXPOSE 2222 8022\nUSER app\n", "FROM debian:12\nEXPOSE 80\nUSER app\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) =>
        DockerRule.Search(document, "EXPOSE", Pattern(), "Port 22 (SSH) is exposed.", (_, instruction, port) => Close(document, instruction, port));

    private static FixProposal? Close(DockerfileDocument document, DockerInstruction instruction, TextSpan port)
    {
        const string Summary = "Port 22 is no longer exposed; the server itself is for you to take out.";
        var text = document.Source;
        if (instruction.Arguments.Trim().Length > port.Length)
        {
            var blank = port.Start;
            while (text[blank - 1] is ' ' or '\t') blank--;
            return new FixProposal(Summary, [TextEdit.Delete(blank, port.End)]);
        }
        var start = text.LastIndexOf('\n', instruction.Start) + 1;
        var end = text.IndexOf('\n', port.End) is >= 0 and var found ? found + 1 : text.Length;
        return new FixProposal(Summary, [TextEdit.Delete(start, end)]);
    }

    [GeneratedRegex(@"(?:^|[ \t])22(?:/tcp)?(?:[ \t\r\n]|$)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}

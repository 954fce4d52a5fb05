using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>A file of credentials is copied into the image.</summary>
internal sealed partial class CopiedCredential : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-copied-credential", "Credential file is copied into the image", Severity.High, Confidence.Medium, 538,
        "A file that is copied stays in its layer even when a later step deletes it: whoever can pull the image, or read a cache of its layers, has the credential.",
        "Use RUN --mount=type=secret or --mount=type=ssh for the step that needs it, list the file in .dockerignore, and rotate the credential.",
        ["https://docs.docker.com/build/building/secrets/"],
        ["FROM debian:12\nCOPY id_rsa /app/.ssh/id_rsa\nUSER app\n", "FROM node:22\nCOPY .npmrc package.json ./\nUSER app\n", "FROM debian:12\nCOPY --chown=app .env /app/.env\nUSER app\n"],
        ["FROM debian:12\nCOPY id_rsa.pub /k\nUSER app\n", "FROM debian:12\nCOPY .env.example /app/\nUSER app\n", "FROM debian:12\nCOPY --from=build /src/app /app\nUSER app\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) =>
        from stage in document.Stages
        from instruction in stage.Instructions
        where instruction.Keyword is "COPY" or "ADD" && !instruction.Arguments.Contains("--from=", StringComparison.Ordinal)
        let sources = SourcesOf(instruction)
        from Match match in Pattern().Matches(sources)
        let file = match.Groups[1]
        select new DockerMatch(stage, instruction.ArgumentsStart + file.Index, file.Length, $"{file.Value} is copied into the image.", file.Value);

    // The last word is where the files go.
    private static string SourcesOf(DockerInstruction instruction)
    {
        var trimmed = instruction.Arguments.TrimEnd();
        var last = trimmed.LastIndexOfAny([' ', '\t', ',']);
        return last < 0 ? "" : trimmed[..(last + 1)];
    }

    [GeneratedRegex(@"[\s""'\[/]((?:id_(?:rsa|dsa|ecdsa|ed25519)|\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.env|\.aws/credentials|\.docker/config\.json|[A-Za-z0-9_-]+\.(?:p12|pfx|jks)))[\s""',]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}

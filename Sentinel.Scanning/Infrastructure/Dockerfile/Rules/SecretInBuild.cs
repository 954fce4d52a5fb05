using System.Text.RegularExpressions;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>A secret written into ENV or ARG.</summary>
internal sealed partial class SecretInBuild : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-secret-in-build", "Secret in ENV or ARG", Severity.High, Confidence.Medium, 522,
        "Values of ENV and ARG are stored in the image's configuration and history: docker history shows them to everybody who can pull the image.",
        "Rotate the secret. Give it at run time by the orchestrator, or for a build step with RUN --mount=type=secret.",
        ["https://docs.docker.com/build/building/secrets/", "https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/"],
        ["FROM debian:12\nENV DB_PASSWORD=<mixed:16>\nUSER app\n", "FROM debian:12\nARG API_TOKEN=\"<mixed:20>\"\nUSER app\n"],
        ["FROM debian:12\nARG API_TOKEN\nUSER app\n", "FROM debian:12\nENV DB_PASSWORD_FILE=/run/secrets/db\nUSER app\n", "FROM debian:12\nENV DB_PASSWORD=${DB_PASSWORD}\nUSER app\n", "FROM debian:12\nENV TOKEN_TTL=3600 PASSWORD=changeme\nUSER app\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) =>
        from stage in document.Stages
        from instruction in stage.Instructions
        where instruction.Keyword is "ENV" or "ARG"
        from assignment in DockerfileDocument.Assignments(instruction)
        where assignment.Value is { Length: >= 6 } value && SecretName().IsMatch(assignment.Name) && !PublicName().IsMatch(assignment.Name) && IsLiteral(value)
        let at = instruction.Arguments.IndexOf(assignment.Name, StringComparison.Ordinal)
        select new DockerMatch(
            stage, instruction.ArgumentsStart + at, assignment.Name.Length,
            $"{instruction.Keyword} {assignment.Name} has a value that stays in the image.", $"{instruction.Keyword} {assignment.Name}");

    private static bool IsLiteral(string value) =>
        !value.Contains('$', StringComparison.Ordinal) && !value.StartsWith('/') && !value.Contains("://", StringComparison.Ordinal) && !SecretShape.IsPlaceholder(value);

    [GeneratedRegex("(?i)(passw(or)?d|passphrase|secret|token|api_?key|access_?key|private_?key|credential)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SecretName();

    [GeneratedRegex("(?i)(_file|_path|_dir|_name|_id|_url|_uri|_ttl|_expiry|_length|_type|_algorithm|_header)$|^(no|allow|enable|disable|use|require)_", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex PublicName();
}

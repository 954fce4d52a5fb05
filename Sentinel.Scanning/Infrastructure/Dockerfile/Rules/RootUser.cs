namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>The final image runs as root.</summary>
internal sealed class RootUser : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-root-user", "Container runs as root", Severity.Medium, Confidence.Medium, 250,
        "A process that runs as root in its container has more ways out of it, and every fault of the application is worth more to an attacker.",
        "Create a user in the image and end the last stage with USER <name or number>; choose a base image that has one (nonroot, chiseled) where there is one.",
        ["https://docs.docker.com/build/building/best-practices/#user"],
        ["FROM debian:12\nCMD [\"/app\"]\n", "FROM debian:12\nUSER root\nCMD [\"/app\"]\n"],
        ["FROM debian:12\nUSER 10001\nCMD [\"/app\"]\n", "FROM gcr.io/distroless/static:nonroot\nCOPY app /app\n", "FROM debian:12 AS base\nUSER app\nFROM base\nCMD [\"/app\"]\n", "FROM scratch\nCOPY files /\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document)
    {
        if (document.Stages is not [.., var last]) yield break;
        // A base whose user we cannot know, or that says in its name that it is not root.
        if (UserOf(last, document) is not { } user) yield break;
        if (user.Length > 0 && !IsRoot(user)) yield break;
        var place = last.Instructions.LastOrDefault(i => i.Keyword == "USER") ?? last.From;
        yield return new DockerMatch(
            last, place.Start, place.Keyword.Length + place.Arguments.TrimEnd().Length,
            user.Length > 0 ? "The last stage switches to root." : "The last stage never leaves root: it has no USER.", "USER root");
    }

    private static string? UserOf(DockerStage stage, DockerfileDocument document)
    {
        for (var depth = 0; depth < 50; depth++)
        {
            if (stage.Instructions.LastOrDefault(i => i.Keyword == "USER") is { } user) return user.Arguments.Trim();
            if (!stage.IsBasedOnStage)
                return stage.Image is null or "scratch" || stage.Image.Contains("nonroot", StringComparison.Ordinal) || stage.Image.Contains("chiseled", StringComparison.Ordinal) ? null : "";
            var name = stage.Image;
            var position = document.Stages.ToList().IndexOf(stage);
            stage = document.Stages.Take(position).Last(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        }
        return null;
    }

    private static bool IsRoot(string user) => user.Split(':')[0] is "root" or "0";
}

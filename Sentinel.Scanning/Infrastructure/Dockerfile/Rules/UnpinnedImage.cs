namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>A base image that may be another one tomorrow.</summary>
internal sealed class UnpinnedImage : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-unpinned-image", "Base image is not pinned", Severity.Medium, Confidence.High, 1357,
        "Without a tag, or with the tag latest, every build may start from other software than the last one: a compromised or broken image gets in unseen, and a build cannot be repeated.",
        "Name the version, best with its digest: FROM image:1.2.3@sha256:…. A bot such as Dependabot or Renovate can keep it fresh.",
        ["https://docs.docker.com/build/building/best-practices/#pin-base-image-versions"],
        ["FROM debian\nUSER app\n", "FROM node:latest\nUSER app\n", "ARG BASE=ubuntu\nFROM ${BASE} AS build\nFROM build\nUSER app\n"],
        ["FROM debian:12.11\nUSER app\n", "FROM node@sha256:<hex:64>\nUSER app\n", "FROM scratch\nCOPY app /app\n", "FROM node:22 AS build\nFROM build\nUSER app\n", "ARG BASE\nFROM $BASE\nUSER app\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document)
    {
        foreach (var stage in document.Stages.Where(s => s is { Image: not null, IsBasedOnStage: false } && s.Image != "scratch"))
        {
            var image = stage.Image!;
            if (image.Contains('@', StringComparison.Ordinal)) continue;
            var tag = image.LastIndexOf(':') is var colon && colon > image.LastIndexOf('/') ? image[(colon + 1)..] : null;
            if (tag is not (null or "" or "latest")) continue;
            var from = stage.From;
            var length = from.Arguments.TrimEnd().Length + from.Keyword.Length;
            yield return new DockerMatch(stage, from.Start, length, tag is null ? $"The image {image} has no tag." : $"The image {image} uses the tag latest.", image);
        }
    }
}

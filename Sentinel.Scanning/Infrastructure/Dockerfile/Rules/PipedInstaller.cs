using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>A download that is run at once.</summary>
internal sealed partial class PipedInstaller : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-piped-installer", "Downloaded script is run unverified", Severity.Medium, Confidence.High, 494,
        "A script that is piped from the network into a shell runs whatever the server sends today, as the build's user, and leaves no trace of what it was.",
        "Download it to a file, verify its checksum or signature, then run it; or install the tool from a package or an image with a fixed version.",
        ["https://docs.docker.com/build/building/best-practices/#run", "https://cwe.mitre.org/data/definitions/494.html"],
        ["FROM debian:12\nRUN curl -fsSL https://get.acme.io/install.sh | sh\nUSER app\n", "FROM debian:12\nRUN apt-get update && \\\n    wget -qO- https://get.acme.io | sudo -E bash -\nUSER app\n", "FROM debian:12\nRUN bash -c \"$(curl -fsSL https://get.acme.io)\"\nUSER app\n"],
        ["FROM debian:12\nRUN curl -fsSLo /tmp/a.sh https://get.acme.io && sha256sum -c a.sum && sh /tmp/a.sh\nUSER app\n", "FROM debian:12\nRUN curl -fsSL https://get.acme.io/key.asc | gpg --dearmor > /k\nUSER app\n", "FROM debian:12\n# curl https://get.acme.io | sh\nUSER app\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) =>
        DockerRule.Search(document, "RUN", Pattern(), "A script from the network is run without being verified.");

    [GeneratedRegex(@"(?:curl|wget)[ \t][^|;&]{0,500}\|[ \t\n]*(?:sudo[ \t]+(?:-\w+[ \t]+)*)?(?:ba|z|da|k)?sh\b|\b(?:ba|z|da|k)?sh[ \t]+(?:-\w+[ \t]+)*(?:""?\$\(|<\()[ \t]*(?:curl|wget)[ \t][^)]{0,500}\)", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}

using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>Certificates or package signatures are not checked.</summary>
internal sealed partial class DisabledVerification : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-disabled-verification", "Certificate or signature check is switched off", Severity.High, Confidence.High, 295,
        "With certificate or signature checks off, anybody on the way to the server can replace what is downloaded, and the image ships it.",
        "Take the switch out. If a private certificate authority is the reason, add its certificate to the image's trust store; if a package is unsigned, verify its checksum.",
        ["https://cwe.mitre.org/data/definitions/295.html", "https://cwe.mitre.org/data/definitions/347.html"],
        ["FROM debian:12\nRUN curl -fsSLk https://a.acme.io/x -o x\nUSER app\n", "FROM debian:12\nRUN wget --no-check-certificate https://a.acme.io/x\nUSER app\n", "FROM debian:12\nRUN npm config set strict-ssl false\nUSER app\n", "FROM debian:12\nRUN apt-get install -y --allow-unauthenticated foo\nUSER app\n", "FROM alpine:3.22\nRUN apk add --allow-untrusted x.apk\nUSER app\n"],
        ["FROM debian:12\nRUN curl -fsSL https://a.acme.io/x -o kit\nUSER app\n", "FROM debian:12\nRUN apt-get install -y --no-install-recommends foo\nUSER app\n", "FROM debian:12\nRUN npm config set strict-ssl true\nUSER app\n", "FROM debian:12\nRUN curl -o k.txt https://a.acme.io/x\nUSER app\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) => DockerRule.Search(document, "RUN", Pattern(), "A download is not verified.");

    [GeneratedRegex(@"\bcurl[ \t](?:[^|;&\n]{0,300}[ \t])?(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)(?:[ \t\n]|$)|\bwget[ \t](?:[^|;&\n]{0,300}[ \t])?--no-check-certificate|strict-ssl[ =]+false|\bpip3?[ \t][^|;&\n]{0,300}--trusted-host|http\.sslVerify[ =]+(?:false|0)|GIT_SSL_NO_VERIFY=(?:1|true)|NODE_TLS_REJECT_UNAUTHORIZED=0|--allow-unauthenticated|--force-yes|--allow-untrusted|--no-?gpg-?checks?|--nosignature", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}

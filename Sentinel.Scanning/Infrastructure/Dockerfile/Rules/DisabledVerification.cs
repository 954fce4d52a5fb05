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

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) =>
        DockerRule.Search(document, "RUN", Pattern(), "A download is not verified.", (_, _, span) => DockerRule.Replace(
            document, Wider(document.Source, span), "The check is on again: a download that fails it fails the build.", SwitchOn));

    // A switch that is the whole match takes the blank before it along.
    private static TextSpan Wider(string text, TextSpan span) =>
        text[span.Start] == '-' && span.Start > 0 && text[span.Start - 1] == ' ' ? TextSpan.Between(span.Start - 1, span.End) : span;

    private static string SwitchOn(string text)
    {
        text = Setting().Replace(text, m => m.Groups[1].Value + (m.Groups[2].Value == "0" ? "1" : "true"));
        // --trusted-host names a host: what to do with it is not for a machine to say.
        if (text.StartsWith("pip", StringComparison.Ordinal)) return text;
        var without = Option().Replace(text, "");
        return without != text ? without : CurlFlags().Replace(text, m => m.Groups[1].Value + m.Groups[2].Value);
    }

    // GIT_SSL_NO_VERIFY is not among them: git asks whether it is set, not to what.
    [GeneratedRegex(@"((?:strict-ssl|http\.sslVerify)[ =]+|NODE_TLS_REJECT_UNAUTHORIZED=)(false|0)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Setting();

    [GeneratedRegex(@" (?:--insecure|-k|--no-check-certificate|--allow-unauthenticated|--force-yes|--allow-untrusted|--no-?gpg-?checks?|--nosignature)$", RegexOptions.CultureInvariant)]
    private static partial Regex Option();

    // Letters before it that take no value: -ok is a file named k.
    [GeneratedRegex(@"(?<=^curl.* )(-[fgiJLNOqRsSv]*)k([a-zA-Z]*)$", RegexOptions.CultureInvariant)]
    private static partial Regex CurlFlags();

    [GeneratedRegex(@"\bcurl[ \t](?:[^|;&\n]{0,300}[ \t])?(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)(?:[ \t\n]|$)|\bwget[ \t](?:[^|;&\n]{0,300}[ \t])?--no-check-certificate|strict-ssl[ =]+false|\bpip3?[ \t][^|;&\n]{0,300}--trusted-host|http\.sslVerify[ =]+(?:false|0)|GIT_SSL_NO_VERIFY=(?:1|true)|NODE_TLS_REJECT_UNAUTHORIZED=0|--allow-unauthenticated|--force-yes|--allow-untrusted|--no-?gpg-?checks?|--nosignature", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}

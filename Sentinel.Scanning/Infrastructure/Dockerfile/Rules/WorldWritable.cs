using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Infrastructure.Dockerfile.Rules;

/// <summary>Files that everybody may write.</summary>
internal sealed partial class WorldWritable : IDockerfileRule
{
    public RuleDescriptor Descriptor { get; } = DockerRule.Describe(
        "dockerfile-world-writable", "World-writable files", Severity.Medium, Confidence.High, 732,
        "Files that every user may write let a process with few rights replace programs or settings that others run or read.",
        "Give the files to the user that needs them (COPY --chown, chown) with the fewest rights that work, for instance 0750 or u=rwX,go=.",
        ["https://cwe.mitre.org/data/definitions/732.html"],
        ["FROM debian:12\nRUN chmod -R 777 /app\nUSER app\n", "FROM debian:12\nRUN mkdir /data && chmod a+rwx /data\nUSER app\n"],
        ["FROM debian:12\nRUN chmod 755 /app\nUSER app\n", "FROM debian:12\nRUN chmod 1777 /tmp\nUSER app\n"]);

    public IEnumerable<DockerMatch> Check(DockerfileDocument document) =>
        DockerRule.Search(document, "RUN", Pattern(), "Every user may write these files.", (_, _, span) => MayNeedIt(document, span) ? null : DockerRule.Replace(
            document, span, "Owner and group keep their rights, and all others may no longer write.", text => Mode().Replace(text, m => Narrowed(m.Value), 1)));

    // Folders for everybody are that on purpose, and whoever else the image runs as may be the one who has to write.
    private static bool MayNeedIt(DockerfileDocument document, TextSpan span) =>
        Shared().IsMatch(document.Source.AsSpan(span.Start, span.Length)) || document.Stages.SelectMany(s => s.Instructions).Any(i => i.Keyword == "USER" && i.Arguments.Trim().Split(':')[0] is not ("root" or "0"));

    private static string Narrowed(string mode) => mode switch
    {
        "0777" => "0775",
        "777" => "775",
        "a=rwx" => "ug=rwx,o=rx",
        "o+w" => "o-w",
        _ => "ug+rwx,o+rx",
    };

    [GeneratedRegex(@"/tmp|/dev/shm|/run/lock", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Shared();

    [GeneratedRegex(@"\b0?777\b|\b(?:a\+rwx|ugo\+rwx|a=rwx|o\+w)\b", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Mode();

    [GeneratedRegex(@"\bchmod[ \t]+(?:-\w+[ \t]+)*(?:0?777|a\+rwx|ugo\+rwx|a=rwx|o\+w)[ \t]+\S+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}

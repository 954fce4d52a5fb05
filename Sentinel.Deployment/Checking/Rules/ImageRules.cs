using System.Text.RegularExpressions;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>D: Dockerfiles.</summary>
internal static partial class ImageRules
{
    private const string Practices = "https://docs.docker.com/build/building/best-practices/";

    public static IEnumerable<CheckRule> All =>
    [
        Error("D1", "The image that runs is not the one that builds.", "Compilers and sources go to production.", $"{Practices}#use-multi-stage-builds", s => Builds(s).Where(d => d.Froms.Count < 2 || d.Froms[^1].Arguments.Contains("sdk", StringComparison.OrdinalIgnoreCase)).Select(d => d.At(d.Froms.ElementAtOrDefault(d.Froms.Count - 1), "it is built and run in one image"))),
        Error("D2", "The last stage has a user that is not root.", "Whoever breaks in is root.", $"{Practices}#user", s => Files(s).Where(d => !d.Final.Any(i => i.Name == "USER") || d.Final.Last(i => i.Name == "USER").Arguments.Split(':')[0] is "root" or "0").Select(d => d.At(d.Final.LastOrDefault(i => i.Name == "USER"), "it runs as root"))),
        Error("D3", "The entry point is a list of words, not a text for a shell.", "The shell gets the signal to stop, and keeps it.", $"{Practices}#entrypoint", s => Files(s).SelectMany(d => d.Final.Where(i => i.Name is "ENTRYPOINT" or "CMD" && !i.Arguments.StartsWith('[')).Select(i => d.At(i, $"{i.Name} is a text for a shell")))),
        Warning("D4", "Packages are restored before the sources are copied.", "Every change of a line fetches them all again.", $"{Practices}#leverage-build-cache", s => Builds(s).Where(d => d.Index("RUN", "restore") is var restore and >= 0 && d.Index("COPY", " . ") is var all and >= 0 && all < restore).Select(d => d.At(d.Instructions[d.Index("COPY", " . ")], "everything is copied before packages are restored"))),
        Error("D5", "Base images have a tag that stays, or come as an argument.", "The same file builds another image tomorrow.", "https://docs.docker.com/build/building/best-practices/#pin-base-image-versions", s => Files(s).SelectMany(d => d.Froms.Where(f => f.Arguments.Split(' ')[0] is var image && d.Froms.All(o => !o.Arguments.EndsWith($" AS {image}", StringComparison.OrdinalIgnoreCase)) && image != "scratch" && IsMoving(d.Expand(image))).Select(f => d.At(f, $"the image {f.Arguments.Split(' ')[0]} has no tag that stays")))),
        Error("D6", "Nothing is added from an address, and no secret is an argument or a variable.", "It is in every layer, for whoever pulls the image.", "https://docs.docker.com/build/building/secrets/", s => Files(s).SelectMany(d => d.Instructions.Where(i => (i.Name == "ADD" && i.Arguments.Contains("://", StringComparison.Ordinal)) || (i.Name is "ARG" or "ENV" && IsSecretName(i.Arguments.Split('=', ' ')[0]))).Select(i => d.At(i, $"{i.Name} {i.Arguments.Split('=')[0]}")))),
        Error("D7", "What is sent to the builder leaves out build output, settings and secrets.", "A .env file ends in an image.", "https://docs.docker.com/build/concepts/context/#dockerignore-files", s => s.TextsOf(FileKind.DockerIgnore).Where(f => !f.Text.Split('\n').Contains("*") && !(f.Text.Contains(".env", StringComparison.Ordinal) && f.Text.Contains(".git", StringComparison.Ordinal))).Select(f => new Breach(f, 1, "it does not leave out .env and .git, and not everything either"))),
        Warning("D8", "An image of a server says its port.", "Nobody knows where to knock.", "https://docs.docker.com/reference/dockerfile/#expose", s => Builds(s).Where(d => d.Final.Any(i => i.Name == "ENTRYPOINT") && d.Final.All(i => i.Name != "EXPOSE")).Select(d => d.At(d.Froms.ElementAtOrDefault(d.Froms.Count - 1), "it has no EXPOSE"))),
        Warning("D9", "An image says what it is.", "Nobody can tell which source it was built from.", "https://github.com/opencontainers/image-spec/blob/main/annotations.md", s => Files(s).Where(d => !d.Final.Any(i => i.Name == "LABEL" && i.Arguments.Contains("org.opencontainers.image.", StringComparison.Ordinal))).Select(d => d.At(d.Froms.ElementAtOrDefault(d.Froms.Count - 1), "it has no org.opencontainers.image labels"))),
        Warning("D10", "An image of a server has a health check without a shell.", "docker run does not see that it hangs.", "https://docs.docker.com/reference/dockerfile/#healthcheck", s => Builds(s).Where(d => d.Final.Any(i => i.Name == "ENTRYPOINT") && !d.Final.Any(i => i.Name == "HEALTHCHECK" && i.Arguments.Contains("CMD [", StringComparison.Ordinal))).Select(d => d.At(d.Froms.ElementAtOrDefault(d.Froms.Count - 1), "it has no HEALTHCHECK of words"))),
    ];

    private sealed record Instruction(string Name, string Arguments, int Line);

    private sealed record Dockerfile(CheckedFile File, IReadOnlyList<Instruction> Instructions)
    {
        public IReadOnlyList<Instruction> Froms { get; } = [.. Instructions.Where(i => i.Name == "FROM")];

        /// <summary>Instructions of the last stage.</summary>
        public IEnumerable<Instruction> Final => Instructions.Where(i => Froms.Count > 0 && i.Line > Froms[^1].Line);

        public int Index(string name, string part) => Instructions.Select((i, at) => (i, at)).FirstOrDefault(x => x.i.Name == name && $" {x.i.Arguments} ".Contains(part, StringComparison.Ordinal), (null!, -1)).Item2;

        /// <summary>The default of an argument that stands for an image.</summary>
        public string Expand(string image) => Argument().Match(image) is { Success: true } m
            ? Instructions.FirstOrDefault(i => i.Name == "ARG" && i.Arguments.StartsWith($"{m.Groups[1].Value}=", StringComparison.Ordinal))?.Arguments.Split('=', 2)[1] ?? "given:at-build"
            : image;

        public Breach At(Instruction? instruction, string message) => new(File, instruction?.Line ?? 1, message);
    }

    private static IEnumerable<Dockerfile> Files(CheckedSet set) => set.TextsOf(FileKind.Dockerfile).Select(f => new Dockerfile(f, [.. Parse(f.Text)]));

    // Those that build something, and do not only add files to an image of others.
    private static IEnumerable<Dockerfile> Builds(CheckedSet set) => Files(set).Where(d => d.Instructions.Any(i => i.Name == "RUN"));

    private static IEnumerable<Instruction> Parse(string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var start = i;
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            while (line.EndsWith('\\') && i + 1 < lines.Length)
            {
                var next = lines[++i].Trim();
                line = line[..^1].TrimEnd() + (next.StartsWith('#') ? " \\" : " " + next);
            }
            if (Word().Match(line) is { Success: true } m) yield return new Instruction(m.Groups[1].Value.ToUpperInvariant(), m.Groups[2].Value.Trim(), start + 1);
        }
    }

    [GeneratedRegex(@"^([A-Za-z]+)\s+(.*)$", RegexOptions.Singleline)]
    private static partial Regex Word();

    [GeneratedRegex(@"^\$\{?([A-Za-z0-9_]+)\}?$")]
    private static partial Regex Argument();
}

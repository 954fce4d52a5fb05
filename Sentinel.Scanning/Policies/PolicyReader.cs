using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Sentinel.Scanning.Policies;

/// <summary>Reads a policy file, whose author may be hostile. Bounded in size, depth and number of values; finds all errors at once.</summary>
public static class PolicyReader
{
    private const long ManyBytes = 1024 * 1024;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="path">What the result calls it.</param>
    /// <param name="content">More than <see cref="PolicyFile.MaxBytes"/> is an error and not read.</param>
    public static PolicyReading Read(string path, ReadOnlySpan<byte> content, CancellationToken cancellationToken = default)
    {
        if (content.Length > PolicyFile.MaxBytes) return TooLarge(path, content.Length);
        if (content is [0xEF, 0xBB, 0xBF, ..]) content = content[3..];
        try
        {
            return Parse(path, Strict.GetString(content), cancellationToken);
        }
        catch (DecoderFallbackException)
        {
            return Refused(path, "The file is not UTF-8.", "Save it as UTF-8.");
        }
    }

    /// <summary>What is said of a file that is too large to be read.</summary>
    /// <param name="bytes">Its length.</param>
    public static PolicyReading TooLarge(string path, long bytes) => Refused(
        path, string.Create(CultureInfo.InvariantCulture, $"The file has {(bytes < ManyBytes ? $"{bytes} bytes" : $"{bytes / ManyBytes} MiB")}; a policy has at most {PolicyFile.MaxBytes / 1024} KiB."),
        "Make it smaller: a pattern can stand for many paths, and a suppression without a path for many findings.");

    /// <summary>What is said of a file that cannot be read for what it is, such as a link.</summary>
    public static PolicyReading Refused(string path, string message, string remedy) =>
        new() { Policy = RepositoryPolicy.Default, Path = path, Errors = [new PolicyError(1, 1, message, remedy)] };

    /// <summary>What is said of a repository that has both files: nobody knows which one its author means.</summary>
    public static PolicyReading Both() =>
        Refused(PolicyFile.Name, $"There is also a file {PolicyFile.OtherName}.", "Keep one of the two.");

    /// <summary>What is said of a file that is a link: it may lead anywhere.</summary>
    public static PolicyReading Link(string path) => Refused(path, "The file is a link, and links are not followed.", "Put the policy itself there.");

    private static PolicyReading Parse(string path, string text, CancellationToken cancellationToken)
    {
        var errors = new PolicyErrors();
        var places = new Dictionary<string, Region>(StringComparer.Ordinal);
        var root = PolicyYaml.Read(text, errors, cancellationToken);
        if (root is not null) new PolicyChecker(errors, places).Check(root, PolicyKeys.Root, "");
        else if (!errors.Any) errors.Add(1, 1, "The file is empty.", "Write version: 1 and what differs from the defaults, or delete the file.");
        return new PolicyReading
        {
            Policy = errors.Any || root is not PolicyMap map ? RepositoryPolicy.Default : PolicyOf(map),
            Path = path,
            Errors = errors.Any ? errors.ToList() : [],
            Places = places,
        };
    }

    // Everything was checked: what is not there is not given.
    private static RepositoryPolicy PolicyOf(PolicyMap root)
    {
        var (gate, comments, ai, paths) = (Group(root, "gate"), Group(root, "comments"), Group(root, "ai"), Group(root, "paths"));
        var defaults = RepositoryPolicy.Default;
        return new RepositoryPolicy
        {
            Gate = new PolicyGate
            {
                Severity = Word(gate, "severity") switch { null => defaults.Gate.Severity, PolicyKeys.Never => null, var word => Enum.Parse<Severity>(word, ignoreCase: true) },
                Confidence = Word(gate, "confidence") is { } confidence ? Enum.Parse<Confidence>(confidence, ignoreCase: true) : defaults.Gate.Confidence,
                OnlyNew = Flag(gate, "only-new") ?? defaults.Gate.OnlyNew,
            },
            Paths = new PolicyPaths { Include = Globs(paths, "include"), Exclude = Globs(paths, "exclude") },
            Suppressions = root.Find("suppressions") is PolicyList list ? [.. list.Items.OfType<PolicyMap>().Select(SuppressionOf)] : [],
            Comments = new PolicyComments
            {
                MinimumSeverity = Word(comments, "minimum-severity") is { } least ? Enum.Parse<Severity>(least, ignoreCase: true) : defaults.Comments.MinimumSeverity,
                Maximum = PolicyChecker.NumberOf(comments?.Find("maximum")) ?? defaults.Comments.Maximum,
                MinimumActedOn = PolicyChecker.NumberOf(comments?.Find("minimum-acted-on")) ?? defaults.Comments.MinimumActedOn,
            },
            Ai = new PolicyAi { Explain = Flag(ai, "explain") ?? defaults.Ai.Explain, Fix = Flag(ai, "fix") ?? defaults.Ai.Fix },
        };
    }

    private static PolicySuppression SuppressionOf(PolicyMap entry) => new()
    {
        Rule = Word(entry, "rule")!,
        Path = Word(entry, "path") is { } path ? Glob.Parse(path) : null,
        Fingerprint = Word(entry, "fingerprint"),
        Reason = Word(entry, "reason")!.Trim(),
        Expires = Word(entry, "expires") is { } day ? DateOnly.ParseExact(day, PolicyKeys.DateFormat, CultureInfo.InvariantCulture) : null,
    };

    private static PolicyMap? Group(PolicyMap map, string key) => map.Find(key) as PolicyMap;

    private static string? Word(PolicyMap? map, string key) => (map?.Find(key) as PolicyText)?.Value;

    private static bool? Flag(PolicyMap? map, string key) => Word(map, key) is { } word ? word == "true" : null;

    private static ImmutableArray<Glob> Globs(PolicyMap? map, string key) =>
        map?.Find(key) is PolicyList list ? [.. list.Items.OfType<PolicyText>().Select(text => Glob.Parse(text.Value))] : [];
}

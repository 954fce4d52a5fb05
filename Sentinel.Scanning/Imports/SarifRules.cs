using System.Globalization;
using System.Text.RegularExpressions;

namespace Sentinel.Scanning.Imports;

/// <summary>The rules of one run, found by name or number, and those of them that results use.</summary>
internal sealed partial class SarifRules
{
    private const int MaxId = 200;
    private const int MaxTitle = 200;
    // What the AI service takes.
    private const int MaxText = 8000;
    private const int MaxTags = 100;

    // Tools whose every result is of one kind; others say it by tags and names of rules.
    private static readonly Dictionary<string, FindingCategory> Specialists = new(StringComparer.Ordinal)
    {
        ["gitleaks"] = FindingCategory.Secret,
        ["trufflehog"] = FindingCategory.Secret,
        ["detect-secrets"] = FindingCategory.Secret,
        ["secretlint"] = FindingCategory.Secret,
        ["ggshield"] = FindingCategory.Secret,
        ["kingfisher"] = FindingCategory.Secret,
        ["osv-scanner"] = FindingCategory.Dependency,
        ["grype"] = FindingCategory.Dependency,
        ["dependency-check"] = FindingCategory.Dependency,
        ["checkov"] = FindingCategory.Infrastructure,
        ["tfsec"] = FindingCategory.Infrastructure,
        ["kics"] = FindingCategory.Infrastructure,
        ["terrascan"] = FindingCategory.Infrastructure,
        ["hadolint"] = FindingCategory.Infrastructure,
        ["kubescape"] = FindingCategory.Infrastructure,
        ["kube-linter"] = FindingCategory.Infrastructure,
        ["zizmor"] = FindingCategory.Workflow,
        ["actionlint"] = FindingCategory.Workflow,
    };

    private readonly string _slug;
    private readonly IReadOnlyList<SarifComponent> _components;
    private readonly Dictionary<string, SarifRule> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (Known Rule, int Index)> _known = new(StringComparer.Ordinal);
    private readonly List<ImportedRule> _used = [];

    public SarifRules(string tool, SarifRun run)
    {
        _slug = Reporters.Slug(tool);
        IsOwn = tool == Reporting.Sarif.Tool;
        _components = [run.Tool!.Driver!, .. run.Tool.Extensions ?? []];
        foreach (var rule in _components.SelectMany(c => c.Rules ?? [])) if (rule.Id is { } id) _byId.TryAdd(id, rule);
    }

    /// <summary>Whether Sentinel itself made the results.</summary>
    public bool IsOwn { get; }

    /// <summary>In the order of their first result.</summary>
    public IReadOnlyList<ImportedRule> Used => _used;

    /// <param name="Source">What the file says of the rule; null when it says nothing.</param>
    public sealed record Known(ImportedRule Rule, SarifRule? Source);

    /// <summary>A result's rule (section 3.52) and its index in <see cref="Used"/>.</summary>
    public (Known Rule, int Index) Of(SarifResult result)
    {
        var source = Find(result);
        var id = SarifReader.Text(source?.Id ?? result.RuleId ?? result.Rule?.Id, MaxId) is { Length: > 0 } text ? text : "unnamed";
        if (_known.TryGetValue(id, out var known)) return known;
        known = (new Known(Describe(id, source), source), _used.Count);
        _known.Add(id, known);
        _used.Add(known.Rule.Rule);
        return known;
    }

    private SarifRule? Find(SarifResult result)
    {
        // An index counts within its component; without one that is the driver.
        var component = result.Rule?.ToolComponent?.Index is >= 0 and var extension && extension + 1 < _components.Count ? _components[extension + 1] : _components[0];
        if ((result.Rule?.Index ?? result.RuleIndex) is >= 0 and var index && index < component.Rules?.Count) return component.Rules[index];
        if ((result.RuleId ?? result.Rule?.Id) is not { } id) return null;
        // "CA1000/1" is a part of the rule "CA1000" (section 3.52.4).
        return _byId.GetValueOrDefault(id) ?? (id.LastIndexOf('/') is > 0 and var slash ? _byId.GetValueOrDefault(id[..slash]) : null);
    }

    private ImportedRule Describe(string id, SarifRule? source)
    {
        if (IsOwn && RuleCatalog.Find(id) is { } own)
            return new ImportedRule(own.Id, own.Title, own.Category, own.Severity, own.Confidence, own.Cwe, own.Description, own.Remediation, own.References is [var page, ..] ? page : null);
        var tags = TagsOf(source);
        var title = SarifReader.Text(source?.ShortDescription?.Text ?? source?.Name, MaxTitle);
        return new ImportedRule(
            $"{_slug}:{Odd().Replace(id, "-")}", title.Length == 0 ? id : title, CategoryOf(id, tags), SarifSeverity.Of(source), PrecisionOf(source), CweOf(tags),
            SarifReader.Lines(source?.FullDescription?.Text ?? source?.ShortDescription?.Text, MaxText), SarifReader.Lines(source?.Help?.Text, MaxText), HelpOf(source));
    }

    private FindingCategory CategoryOf(string id, IReadOnlyList<string> tags) =>
        Specialists.TryGetValue(_slug, out var special) ? special
        : tags.Any(t => t is "secret" or "secrets") ? FindingCategory.Secret
        : AdvisoryId().IsMatch(id) ? FindingCategory.Dependency
        : tags.Any(t => t is "misconfiguration" or "iac" or "infrastructure" or "terraform" or "kubernetes" or "dockerfile") ? FindingCategory.Infrastructure
        : FindingCategory.Code;

    private static IReadOnlyList<string> TagsOf(SarifRule? rule) => [.. SarifBag.Texts(rule?.Properties, "tags", MaxTags).Select(t => t.ToLowerInvariant())];

    private static int? CweOf(IReadOnlyList<string> tags) =>
        tags.Select(t => Weakness().Match(t)).FirstOrDefault(m => m.Success) is { } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    private static Confidence PrecisionOf(SarifRule? rule) => SarifBag.Text(rule?.Properties, "precision") switch
    {
        "very-high" or "high" => Confidence.High,
        "low" => Confidence.Low,
        _ => Confidence.Medium,
    };

    // It becomes a link on the dashboard.
    private static string? HelpOf(SarifRule? rule) =>
        rule?.HelpUri is { Length: <= 500 } text && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0 ? uri.AbsoluteUri : null;

    [GeneratedRegex(@"^(?:CVE-\d{4}-\d|GHSA-|PYSEC-\d|RUSTSEC-\d|GO-\d{4}-\d|OSV-\d|SNYK-)", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex AdvisoryId();

    // It stands in addresses, filters and policies.
    [GeneratedRegex("[^A-Za-z0-9./_@+-]+", RegexOptions.CultureInvariant)]
    private static partial Regex Odd();

    [GeneratedRegex(@"\bcwe[-:]0{0,4}([1-9]\d{0,4})\b", RegexOptions.CultureInvariant)]
    private static partial Regex Weakness();
}

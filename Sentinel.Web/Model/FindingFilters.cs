using Microsoft.AspNetCore.WebUtilities;
using Sentinel.Contracts.Findings;

namespace Sentinel.Web.Model;

/// <summary>
/// The filters of the findings list. The address holds them, so a view can be linked and reloaded:
/// <c>/findings?state=open,reopened&amp;severity=critical&amp;rule=aws-access-token&amp;q=deploy</c>.
/// </summary>
/// <remarks>No state in the address means "needs work" (open, reopened, and removed but still live); <c>state=any</c> means all.</remarks>
public sealed record FindingFilters
{
    private const string AnyState = "any";
    private const int MaxText = 200;
    private const int MaxCode = 200;
    private const int MaxCursor = 1024;

    public static IReadOnlyList<FindingState> NeedsWork { get; } = [FindingState.Open, FindingState.Reopened, FindingState.Removed];

    /// <remarks>After <see cref="NeedsWork"/>, which it takes its states from: static members are made in the order of the text.</remarks>
    public static FindingFilters Default { get; } = new();

    /// <summary>Empty means any state.</summary>
    public IReadOnlyList<FindingState> States { get; init; } = NeedsWork;

    public IReadOnlyList<Severity> Severities { get; init; } = [];

    public IReadOnlyList<FindingCategory> Categories { get; init; } = [];

    public Guid? RepositoryId { get; init; }

    public string? RuleId { get; init; }

    public Guid? ScanId { get; init; }

    public string? Text { get; init; }

    public string? After { get; init; }

    public bool IsNeedsWork => States.Count == NeedsWork.Count && NeedsWork.All(States.Contains);

    /// <summary>True when something besides the default view is asked for.</summary>
    public bool IsNarrowed =>
        !IsNeedsWork || Severities.Count > 0 || Categories.Count > 0 || RepositoryId is not null || RuleId is not null
        || ScanId is not null || Text is not null;

    /// <summary>Reads an address typed or linked by anyone: what cannot be understood is left out.</summary>
    public static FindingFilters Parse(string? query)
    {
        var values = QueryHelpers.ParseQuery(query);
        string? One(string name) => values.TryGetValue(name, out var found) && found.Count > 0 ? found[0] : null;

        return new FindingFilters
        {
            States = ParseStates(One("state")),
            Severities = Words.ParseCodes<Severity>(One("severity")),
            Categories = Words.ParseCodes<FindingCategory>(One("category")),
            RepositoryId = Guid.TryParse(One("repository"), out var repository) ? repository : null,
            RuleId = Bounded(One("rule"), MaxCode),
            ScanId = Guid.TryParse(One("scan"), out var scan) ? scan : null,
            Text = Bounded(One("q"), MaxText),
            After = Bounded(One("after"), MaxCursor),
        };
    }

    public QueryText ToQuery()
    {
        var query = new QueryText();
        query.Add("state", IsNeedsWork ? null : States.Count == 0 ? AnyState : Words.Codes(States));
        query.Add("severity", Words.Codes(Severities));
        query.Add("category", Words.Codes(Categories));
        query.Add("repository", RepositoryId?.ToString());
        query.Add("rule", RuleId);
        query.Add("scan", ScanId?.ToString());
        query.Add("q", Text);
        query.Add("after", After);
        return query;
    }

    public FindingQuery ToApi(int limit) => new()
    {
        State = States,
        Severity = Severities,
        Category = Categories,
        RepositoryId = RepositoryId,
        RuleId = RuleId,
        ScanId = ScanId,
        Q = Text,
        After = After,
        Limit = limit,
    };

    public FindingFilters Toggle(Severity severity) => FirstPage() with { Severities = Toggled(Severities, severity) };

    public FindingFilters Toggle(FindingCategory category) => FirstPage() with { Categories = Toggled(Categories, category) };

    /// <summary>A cursor belongs to one set of filters, so changing a filter goes back to the first page.</summary>
    public FindingFilters FirstPage() => this with { After = null };

    private static IReadOnlyList<FindingState> ParseStates(string? text)
    {
        if (string.Equals(text, AnyState, StringComparison.OrdinalIgnoreCase))
            return [];
        var states = Words.ParseCodes<FindingState>(text);
        return states.Count == 0 ? NeedsWork : states;
    }

    private static IReadOnlyList<T> Toggled<T>(IReadOnlyList<T> values, T value) where T : struct, Enum =>
        values.Contains(value) ? [.. values.Where(v => !v.Equals(value))] : [.. values.Append(value).Order()];

    private static string? Bounded(string? text, int max)
    {
        var trimmed = text?.Trim();
        return string.IsNullOrEmpty(trimmed) ? null : trimmed.Length <= max ? trimmed : trimmed[..max];
    }
}

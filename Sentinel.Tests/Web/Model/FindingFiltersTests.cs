using CsCheck;
using Sentinel.Contracts.Findings;
using Sentinel.Web;
using Sentinel.Web.Model;

namespace Sentinel.Tests.Web.Model;

public sealed class FindingFiltersTests
{
    private static readonly Gen<string?> Text = Gen.OneOf(Gen.Const((string?)null), Gen.String[1, 40].Select(s => (string?)s));

    private static readonly Gen<FindingFilters> Filters = Gen.Select(
        Some<FindingState>(), Some<Severity>(), Some<FindingCategory>(), Gen.OneOf(Gen.Const((Guid?)null), Gen.Guid.Select(g => (Guid?)g)), Text, Text,
        (states, severities, categories, id, rule, text) => new FindingFilters
        {
            States = states,
            Severities = severities,
            Categories = categories,
            RepositoryId = id,
            ScanId = id,
            RuleId = rule,
            Text = text,
            After = rule,
        });

    [Fact]
    public void Address_OfAnyFilters_ReadsBackAsTheSame() => Filters.Sample(filters =>
    {
        // Reading cleans what was typed; from then on the address and the filters say the same.
        var read = FindingFilters.Parse(filters.ToQuery().ToString());

        Assert.Equal(read.ToQuery().ToString(), FindingFilters.Parse(read.ToQuery().ToString()).ToQuery().ToString());
        Assert.Equal(filters.Severities, read.Severities);
        Assert.Equal(filters.Categories, read.Categories);
        Assert.Equal(filters.States, read.States);
        Assert.Equal(filters.RepositoryId, read.RepositoryId);
        Assert.Equal(filters.ScanId, read.ScanId);
        Assert.Equal(Cleaned(filters.Text), read.Text);
        Assert.Equal(Cleaned(filters.RuleId), read.RuleId);
    });

    [Fact]
    public void Parse_AnyText_NeverFailsAndStaysBounded() => Gen.String[0, 3000].Sample(text =>
    {
        var filters = FindingFilters.Parse("?q=" + Uri.EscapeDataString(text) + "&state=" + text + "&severity=" + text + "&repository=" + text + "&after=" + text);

        Assert.True((filters.Text?.Length ?? 0) <= 200);
        Assert.True((filters.After?.Length ?? 0) <= 1024);
    });

    [Fact]
    public void Parse_NoState_MeansNeedsWork()
    {
        var filters = FindingFilters.Parse("");

        Assert.Equal([FindingState.Open, FindingState.Reopened, FindingState.Removed], filters.States);
        Assert.False(filters.IsNarrowed);
        Assert.Equal("/findings", SentinelUrls.FindingsBy(filters));
    }

    [Fact]
    public void Parse_StateAny_MeansAll()
    {
        Assert.Equal([], FindingFilters.Parse("?state=any").States);
        Assert.Equal("?state=any", new FindingFilters { States = [] }.ToQuery().ToString());
    }

    [Fact]
    public void Parse_ReadableAddress_IsUnderstood()
    {
        var filters = FindingFilters.Parse("?state=fixed,dismissed&severity=high,critical,nonsense&category=secret&rule=aws-access-token&q=deploy");

        Assert.Equal([FindingState.Fixed, FindingState.Dismissed], filters.States);
        Assert.Equal([Severity.High, Severity.Critical], filters.Severities);
        Assert.Equal([FindingCategory.Secret], filters.Categories);
        Assert.Equal("aws-access-token", filters.RuleId);
        Assert.Equal("deploy", filters.Text);
    }

    [Fact]
    public void Toggle_AddsThenRemoves_AndLeavesThePage()
    {
        var on = new FindingFilters { After = "cursor" }.Toggle(Severity.High);
        var off = on.Toggle(Severity.High);

        Assert.Equal([Severity.High], on.Severities);
        Assert.Null(on.After);
        Assert.Equal([], off.Severities);
    }

    private static Gen<IReadOnlyList<T>> Some<T>() where T : struct, Enum =>
        Gen.Int[0, (1 << Enum.GetValues<T>().Length) - 1]
            .Select(bits => (IReadOnlyList<T>)[.. Enum.GetValues<T>().Where((_, i) => (bits >> i & 1) == 1).Order()]);

    private static string? Cleaned(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

using System.Text;
using Sentinel.Scanning;
using Sentinel.Scanning.Secrets;

namespace Sentinel.Tests.Scanning.Secrets;

/// <summary>A comment allows one value, never a place: whatever else stands on its line is reported.</summary>
public sealed class AllowancesTests
{
    private static readonly string A = SecretScans.GitHubToken("allowances a");
    private static readonly string B = SecretScans.GitHubToken("allowances b");

    [Theory]
    [InlineData("a = 'A'; b = 'B' # sentinel:allow sandbox", "B")]
    [InlineData("a = 'A'; b = 'B' // gitleaks:allow", "B")]
    [InlineData("a = 'A' /* gitleaks:allow */; b = 'B'", "A")]
    [InlineData("/* gitleaks:allow */ a = 'A'; b = 'B'", "A")]
    [InlineData("a = 'A' /* sentinel:allow x */; b = 'B' // gitleaks:allow", "A B")]
    [InlineData("a = 'A'; b = 'B' // gitleaks:allow sentinel:allow", "B")]
    [InlineData("a = 'A'; b = 'A' // gitleaks:allow", "A A")]
    [InlineData("a = 'A'; // gitleaks:allow\nb = 'B'", "A")]
    [InlineData("# gitleaks:allow\na = 'A'", "")]
    public void Scan_CommentWithoutMark_AllowsTheNearestValueOnly(string template, string allowed)
    {
        var secrets = Scan(template);

        Assert.Equal(allowed, string.Join(' ', secrets.Where(s => s.Allowance is not null).Select(Letter)));
        Assert.All(secrets.Where(s => s.Allowance is not null), s => Assert.Null(s.Allowance!.Mark));
    }

    [Theory]
    [InlineData("a = 'A'; b = 'B' # sentinel:allow[markA] sandbox", "A")]
    [InlineData("a = 'A'; b = 'B' # sentinel:allow[markB] sandbox", "B")]
    [InlineData("a = 'A'; b = 'B' # sentinel:allow[markA,markB] sandbox", "A B")]
    [InlineData("a = 'A'; b = 'B' # sentinel:allow[ markA , markB ] sandbox", "A B")]
    [InlineData("a = 'A'; b = 'B' # sentinel:allow[markA] sandbox sentinel:allow[markB] sandbox", "A B")]
    [InlineData("a = 'A'; b = 'B' # sentinel:allow[markA] sentinel:allow", "A")]
    [InlineData("b = 'B' # gitleaks:allow sentinel:allow[markA]", "")]
    [InlineData("a = 'A' # gitleaks:allow sentinel:allow[markA]", "A")]
    [InlineData("a = 'A' # sentinel:allow[]", "")]
    [InlineData("a = 'A' # sentinel:allow[", "")]
    public void Scan_CommentWithMarks_AllowsTheNamedValuesOnly(string template, string allowed)
    {
        var secrets = Scan(template.Replace("markA", Allowances.MarkOf(A), StringComparison.Ordinal).Replace("markB", Allowances.MarkOf(B).ToUpperInvariant(), StringComparison.Ordinal));

        Assert.Equal(allowed, string.Join(' ', secrets.Where(s => s.Allowance is not null).Select(Letter)));
        Assert.All(secrets.Where(s => s.Allowance is not null), s => Assert.Equal(Allowances.MarkOf(s.Value), s.Allowance!.Mark));
    }

    [Theory]
    [InlineData("a = 'A' # sentinel:allowed")]
    [InlineData("a = 'A' # sentinel:allow-list")]
    [InlineData("a = 'A' # mysentinel: allow")]
    public void Scan_LongerWord_IsNoComment(string template) => Assert.Null(Assert.Single(Scan(template)).Allowance);

    [Fact]
    public void Scan_TwoValuesInOneEncodedText_AreAllowedAsTheOneThatIsWritten()
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"a = {A}\nb = {B}\n"));

        Assert.All(Scan($"x = '{encoded}' # gitleaks:allow"), s => Assert.NotNull(s.Allowance));
        Assert.Equal(["A"], Scan($"x = '{encoded}' # sentinel:allow[{Allowances.MarkOf(A)}]").Where(s => s.Allowance is not null).Select(Letter));
    }

    [Fact]
    public void Scan_CommentBeforeAnEncodedValue_BelongsToTheNearerClearOne()
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"token = {B}\n"));

        var secrets = Scan($"a = 'A'; /* gitleaks:allow */ {new string(' ', 60)} b = '{encoded}'");

        Assert.Equal([("A", true), ("B", false)], secrets.Select(s => (Letter(s), s.Allowance is not null)));
    }

    [Fact]
    public void Scan_CommentInsideAnEncodedText_AllowsItsValue()
    {
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"a = {A}\nb = {B} # sentinel:allow sandbox\n"));

        Assert.Equal(["B"], Scan($"x = '{encoded}'").Where(s => s.Allowance is not null).Select(Letter));
    }

    [Fact]
    public void Scan_MarkOfAPrivateKey_IsTheOneThatIsReported()
    {
        var lines = Enumerable.Range(0, 4).Select(i => SampleExpander.Expand("<alnum:64>", $"allowed pem {i}"));
        var text = $"-----BEGIN PRIVATE KEY-----\n{string.Join('\n', lines)}\n-----END PRIVATE KEY-----";
        var mark = Allowances.MarkOf(Assert.Single(SecretScans.Scan(text)).Value);

        Assert.Equal(mark, Assert.Single(SecretScans.Scan($"{text} sentinel:allow[{mark}] a test's")).Allowance?.Mark);
        Assert.NotNull(Assert.Single(SecretScans.Scan($"/* gitleaks:allow */ {text}")).Allowance);
    }

    [Fact]
    public void Scan_SecretInTheReason_IsMaskedThere()
    {
        var secrets = Scan("a = 'A' # sentinel:allow it took the place of B for good");

        Assert.Equal($"it took the place of {new string('*', B.Length)} for good", secrets[0].Allowance!.Reason);
        Assert.Null(secrets[1].Allowance);
    }

    [Fact]
    public void Scan_CommentsWithoutEnd_TakeLinearTime()
    {
        var text = string.Concat(Enumerable.Repeat($"{A} gitleaks:allow sentinel:allow[0] ", 20_000));

        Assert.Equal(SecretScanner.MaxSecrets, Scan(text).Count);
    }

    private static IReadOnlyList<DetectedSecret> Scan(string template) =>
        SecretScans.Scan(template.Replace("'A'", $"'{A}'", StringComparison.Ordinal).Replace("'B'", $"'{B}'", StringComparison.Ordinal).Replace(" B ", $" {B} ", StringComparison.Ordinal));

    private static string Letter(DetectedSecret secret) => secret.Value == A ? "A" : "B";
}

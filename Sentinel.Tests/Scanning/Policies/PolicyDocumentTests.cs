using System.Text.RegularExpressions;
using Sentinel.Scanning;
using Sentinel.Scanning.Policies;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Scanning.Policies;

/// <summary>The page about policies shows a file that is one.</summary>
public sealed partial class PolicyDocumentTests
{
    [Fact]
    public async Task Example_IsReadWithoutErrorsAndShowsTheDefaults()
    {
        var page = await File.ReadAllTextAsync(Path.Combine(SharedFiles.RepositoryRoot, "docs", "policy.md"), TestContext.Current.CancellationToken);

        var reading = PolicyText.Read(Example().Match(page).Groups[1].Value);

        Assert.Equal([], reading.Errors);
        Assert.Equal((new PolicyGate(), new PolicyComments(), new PolicyAi()), (reading.Policy.Gate, reading.Policy.Comments, reading.Policy.Ai));
        Assert.Equal((2, 2, 2), (reading.Policy.Paths.Include.Length, reading.Policy.Paths.Exclude.Length, reading.Policy.Suppressions.Length));
        Assert.All(reading.Policy.Suppressions, s => Assert.NotNull(RuleCatalog.Find(s.Rule)));
    }

    [GeneratedRegex("```yaml\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}

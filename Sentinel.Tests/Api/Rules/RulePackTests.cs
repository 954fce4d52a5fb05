using Sentinel.Api.Rules;
using Sentinel.Scanning;

namespace Sentinel.Tests.Api.Rules;

public sealed class RulePackTests
{
    [Fact]
    public void All_EveryRuleOfTheEngine_IsShownWithItsGuidance()
    {
        Assert.NotEmpty(RulePack.All);
        Assert.Equal(RuleCatalog.All.Select(rule => rule.Id).Order(StringComparer.Ordinal), RulePack.All.Select(rule => rule.Id));
        Assert.All(RulePack.All, rule => Assert.NotEmpty(RulePack.Guidance(rule.Id).Remediation));
    }
}

using Sentinel.Contracts.CustomRules;
using Sentinel.Contracts.Findings;

namespace Sentinel.Tests.Web.Fakes;

/// <summary>Custom rules with versions in every condition.</summary>
internal static class FakeCustomRules
{
    public const string Waiting = "custom-acme-deploy-token";

    private static readonly CustomRuleDefinition Second = new(
        Waiting, "Acme deploy token", Severity.Critical, Confidence.High, ["acme_"], @"\bacme_(?:live|test)_([0-9a-z]{32})\b", null, null,
        "Revoke it at https://deploy.acme.example/tokens.", ["token = \"acme_live_<alnum:32>\""], ["acme_XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"]);

    public static List<CustomRuleSummary> List(FakeEstate estate) =>
    [
        Detail(estate, Waiting)!.Summary,
        new("custom-intranet-session", "Intranet session key", Severity.High, Confidence.Medium, null, 1, "jo", estate.Now.AddDays(-20), 0),
    ];

    public static CustomRuleDetail? Detail(FakeEstate estate, string id) => id != Waiting ? null : new CustomRuleDetail(
        new(Waiting, "Acme deploy token", Severity.Critical, Confidence.High, 1, 2, "mira", estate.Now.AddHours(-2), 7),
        [
            new(2, Second, "mira", estate.Now.AddHours(-2), null, null, new DryRun(
                estate.NewId(), DryRunStatus.Done, 1, 6, 6, 18_204, 12, 3, "mira", estate.Now.AddHours(-1), estate.Now.AddMinutes(-55),
                [
                    new(estate.Repositories[0].Id, estate.Repositories[0].FullName, 11, 3,
                        [new(true, "deploy/production/values.yaml", 14, "acme••••••••9f2k"), new(true, "scripts/very/long/path/that/has/to/wrap/on/a/narrow/window/release.sh", 203, "acme••••••••77qd"), new(false, "docs/old.md", 8, "acme••••••••zz01")], null),
                    new(estate.Repositories[3].Id, estate.Repositories[3].FullName, 1, 0, [new(true, ".env", 2, "acme••••••••p3rw")], "2 files: too large, unreadable, or beyond the limits"),
                ],
                null)),
            new(1, Second with { Pattern = @"\bacme_([0-9a-z]{32})\b", Examples = ["token = \"acme_<alnum:32>\""] }, "jo", estate.Now.AddDays(-30), "mira", estate.Now.AddDays(-29), null),
        ]);

    public static CustomRuleCheck Check(CheckCustomRuleRequest request) => request.Definition.Keywords.Count == 0
        ? new(["There are 1 to 20 keywords, each of 3 to 64 ASCII characters in lower case.", "The title has 1 to 100 characters."], [])
        : new([], request.Text is null ? [] : [new CustomRuleSample(true, "", 1, "acme••••••••9f2k")]);
}

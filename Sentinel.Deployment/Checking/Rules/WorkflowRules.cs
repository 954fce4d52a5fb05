using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>G: the workflow that builds and checks.</summary>
internal static partial class WorkflowRules
{
    private const string Hardening = "https://docs.github.com/en/actions/reference/security/secure-use";

    public static IEnumerable<CheckRule> All =>
    [
        Error("G1", "Every action is named by a commit.", "A tag can be moved to other code: https://github.com/advisories/GHSA-69fq-xp46-6x23 moved 76 of an action's 77 tags.", $"{Hardening}#using-third-party-actions", s => Steps(s).Select(x => (x.File, Uses: x.Step.At("uses"))).Concat(Jobs(s).Select(j => (j.File, Uses: j.Job.At("uses")))).Where(x => x.Uses.Text() is { } uses && !uses.StartsWith("./", StringComparison.Ordinal) && !Pinned().IsMatch(uses)).Select(x => Breach.At(x.File, x.Uses, $"{x.Uses.Text()} is named by a tag or branch"))),
        Error("G2", "Images, the sources and the configuration are scanned.", "What is not looked at is not found.", "https://trivy.dev/latest/docs/", s => Gates(s).SelectMany(w => Words("image fs config").Where(t => w.Scans.All(x => x.At("with", "scan-type").Text() != t)).Select(t => Breach.At(w.File, w.Root["jobs"], $"nothing scans with the type {t}")))),
        Error("G3", "One pass of each scan fails the run, another reports to code scanning.", "Findings are printed and forgotten.", "https://github.com/aquasecurity/trivy-action", s => Gates(s).Where(w => w.Scans.All(x => x.At("with", "exit-code").Text() != "1") || Steps(s).All(x => x.File != w.File || x.Step.At("uses").Text()?.Contains("upload-sarif", StringComparison.Ordinal) != true)).Select(w => Breach.At(w.File, w.Root["jobs"], "no scan fails the run, or none is reported"))),
        Error("G4", "What Trivy may pass over has a reason and a day on which it must be thought about again.", "Exceptions outlive what they were for.", "https://trivy.dev/latest/docs/configuration/filtering/#trivyignoreyaml", s => s.Of(FileKind.TrivyIgnore).SelectMany(t => t.Root.Members().SelectMany(m => m.Value.Each()).Where(e => string.IsNullOrWhiteSpace(e.At("statement").Text()) || e.At("expired_at") is null).Select(e => Breach.At(t.File, e, $"{e.At("id").Text()} has no statement or no expired_at")))),
        Error("G5", "A list of what is in the product is kept.", "Nobody can tell whether the next advisory concerns it.", "https://cyclonedx.org/specification/overview/", s => Gates(s).Where(w => w.Scans.All(x => x.At("with", "format").Text() is not ("cyclonedx" or "spdx-json" or "spdx"))).Select(w => Breach.At(w.File, w.Root["jobs"], "no scan makes an SBOM"))),
        Error("G6", "A workflow may read, and a job what it needs beyond; no text of others is run.", "Who opens an issue runs commands.", $"{Hardening}#use-an-intermediate-environment-variable", s => s.Of(FileKind.Workflow).Where(w => w.Root["permissions"] is null || w.Root["permissions"].Text() == "write-all" || w.Root["permissions"].Members().Any(p => p.Value.Text() == "write")).Select(w => Breach.At(w.File, w.Root["permissions"] ?? w.Root["jobs"], "the whole workflow may write, or nothing says what it may")).Concat(Steps(s).Where(x => Injected().IsMatch(x.Step.At("run").Text() ?? "")).Select(x => Breach.At(x.File, x.Step.At("run"), "a text of others is part of a command")))),
        Warning("G7", "What was built is scanned again, every night.", "Advisories come after the release.", "https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule", s => Gates(s).Where(w => (w.Root["on"] ?? w.Root["true"]).At("schedule") is null).Select(w => Breach.At(w.File, w.Root["on"] ?? w.Root, "there is no schedule"))),
    ];

    private static IEnumerable<(CheckedFile File, JsonNode Job)> Jobs(CheckedSet set) => set.Of(FileKind.Workflow).SelectMany(w => w.Root["jobs"].Members().Where(j => j.Value is not null).Select(j => (w.File, j.Value!)));

    private static IEnumerable<(CheckedFile File, JsonNode Step)> Steps(CheckedSet set) => Jobs(set).SelectMany(j => j.Job.At("steps").Each().Select(s => (j.File, s)));

    // Workflows that scan at all: those that do not are for something else.
    private static IEnumerable<(CheckedFile File, JsonObject Root, JsonNode[] Scans)> Gates(CheckedSet set) =>
        set.Of(FileKind.Workflow).Select(w => (w.File, w.Root, w.Root["jobs"].Members().SelectMany(j => j.Value.At("steps").Each()).Where(s => s.At("uses").Text()?.Contains("trivy-action", StringComparison.Ordinal) == true).ToArray())).Where(w => w.Item3.Length > 0);

    [GeneratedRegex(@"@[0-9a-f]{40}$|^docker://.+@sha256:[0-9a-f]{64}$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"\$\{\{[^}]*github\.(event\.(?!(before|after|number)\b)|head_ref)")]
    private static partial Regex Injected();
}

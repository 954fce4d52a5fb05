using Sentinel.Scanning;

namespace Sentinel.Tests.Scanning.Fixes;

/// <summary>What workflow rules propose, and where they know better than to propose anything.</summary>
public sealed class WorkflowFixTests
{
    private const string Pinned = "0123456789abcdef0123456789abcdef01234567";

    [Theory]
    [InlineData("- run: echo \"${{ github.event.issue.title }}\"", "- env:\n    ISSUE_TITLE: ${{ github.event.issue.title }}\n  run: echo \"$ISSUE_TITLE\"")]
    [InlineData("- run: echo ${{ github.event.issue.title }}", "- env:\n    ISSUE_TITLE: ${{ github.event.issue.title }}\n  run: echo \"$ISSUE_TITLE\"")]
    [InlineData("- run: echo '${{ github.event.comment.body }}'", "- env:\n    COMMENT_BODY: ${{ github.event.comment.body }}\n  run: echo \"$COMMENT_BODY\"")]
    [InlineData("- run: echo 'by ${{ github.event.comment.body }}!'", "- env:\n    COMMENT_BODY: ${{ github.event.comment.body }}\n  run: echo 'by '\"$COMMENT_BODY\"'!'")]
    [InlineData("- run: git switch \"x-${{ github.head_ref }}_y\"", "- env:\n    HEAD_REF: ${{ github.head_ref }}\n  run: git switch \"x-${HEAD_REF}_y\"")]
    [InlineData(
        "- name: Greet\n  env:\n    A: b\n  run: |\n    true\n    echo \"$(date) ${{ github.event.issue.title }} ${{ github.event.issue.body }}\"",
        "- name: Greet\n  env:\n    ISSUE_TITLE: ${{ github.event.issue.title }}\n    ISSUE_BODY: ${{ github.event.issue.body }}\n    A: b\n  run: |\n    true\n    echo \"$(date) $ISSUE_TITLE $ISSUE_BODY\"")]
    [InlineData("- run: \"echo \\\"${{ github.event.issue.title }}\\\"\"", "- env:\n    ISSUE_TITLE: ${{ github.event.issue.title }}\n  run: \"echo \\\"$ISSUE_TITLE\\\"\"")]
    [InlineData("- run: |\n    TITLE=${{ github.event.issue.title || 'none: at all' }}", "- env:\n    ISSUE_TITLE: '${{ github.event.issue.title || ''none: at all'' }}'\n  run: |\n    TITLE=\"$ISSUE_TITLE\"")]
    [InlineData("- run: |\n    ISSUE_TITLE=x\n    echo ${{ github.event.issue.title }}", "- env:\n    ISSUE_TITLE_2: ${{ github.event.issue.title }}\n  run: |\n    ISSUE_TITLE=x\n    echo \"$ISSUE_TITLE_2\"")]
    [InlineData("- env:\n    Body: ${{ github.event.comment.body }}\n  run: echo ${{ env.body }}", "- env:\n    Body: ${{ github.event.comment.body }}\n  run: echo \"$Body\"")]
    [InlineData("- shell: bash\n  run: if [[ ${{ github.event.issue.title }} == x ]]; then make; fi", "- shell: bash\n  env:\n    ISSUE_TITLE: ${{ github.event.issue.title }}\n  run: if [[ \"$ISSUE_TITLE\" == x ]]; then make; fi")]
    public async Task ScriptInjection_TextGoesThroughTheEnvironment(string steps, string expected)
    {
        var (before, after) = (Issues(steps), Issues(expected));

        var findings = (await FixBench.ScanAsync(FixBench.Workflow, before)).Where(f => f.RuleId == "template-injection").ToList();

        Assert.NotEmpty(findings);
        Assert.All(findings, f => Assert.Equal(after, FixBench.Apply(f.Fix!, before)));
        Assert.DoesNotContain(await FixBench.ScanAsync(FixBench.Workflow, after), f => f.RuleId == "template-injection");
    }

    [Theory]
    [InlineData("- run: bash -c \"echo ${{ github.event.issue.title }}\"")]
    [InlineData("- run: eval echo ${{ github.event.issue.title }}")]
    [InlineData("- run: sudo sh -c 'echo ${{ github.event.issue.title }}'")]
    [InlineData("- run: echo \"${{ github.event.issue.title }}\" | bash")]
    [InlineData("- run: python3 -c \"print('${{ github.event.issue.title }}')\"")]
    [InlineData("- run: jq '.x == \"${{ github.event.issue.title }}\"' a.json")]
    [InlineData("- run: ${{ github.event.comment.body }}")]
    [InlineData("- run: |\n    ${{ github.event.comment.body }} --help")]
    [InlineData("- run: |\n    sudo ${{ github.event.comment.body }}")]
    [InlineData("- run: |\n    cat <<EOF\n    ${{ github.event.comment.body }}\n    EOF")]
    [InlineData("- run: echo `echo ${{ github.event.issue.title }}`")]
    [InlineData("- run: echo $((1 + ${{ github.event.issue.title }}))")]
    [InlineData("- run: echo $'a ${{ github.event.issue.title }}'")]
    [InlineData("- run: for word in ${{ github.event.issue.title }}; do echo $word; done")]
    [InlineData("- shell: pwsh\n  run: echo ${{ github.event.issue.title }}")]
    [InlineData("- shell: python\n  run: print('${{ github.event.issue.title }}')")]
    [InlineData("- uses: actions/github-script@0123456789abcdef0123456789abcdef01234567\n  with:\n    script: console.log('${{ github.event.issue.title }}')")]
    [InlineData("- { run: 'echo ${{ github.event.issue.title }}' }")]
    [InlineData("- env: { A: b }\n  run: echo ${{ github.event.issue.title }}")]
    [InlineData("- run: 'echo ''a ${{ github.event.issue.title }}'''")]
    [InlineData("- run: \"echo ${{ github.event.issue.title }}\"")]
    [InlineData("- run: |\n    CMD=\"echo ${{ github.event.issue.title }}\"\n    eval \"$CMD\"")]
    [InlineData("- run: |\n    run() { eval \"$1\"; }\n    run \"${{ github.event.issue.title }}\"")]
    [InlineData("- run: |\n    { echo \"deploy ${{ github.event.issue.title }}\"; } | ssh host bash")]
    [InlineData("- run: |\n    ( echo \"${{ github.event.issue.title }}\" ) | cat")]
    [InlineData("- run: |\n    for a in b; do echo \"${{ github.event.issue.title }}\"; done | cat")]
    [InlineData("- run: |\n    echo \"const t='${{ github.event.issue.title }}'\" > x.js && make")]
    [InlineData("- run: python3.11 -c \"print('${{ github.event.issue.title }}')\"")]
    [InlineData("- run: |\n    $PYTHON -c \"print('${{ github.event.issue.title }}')\"")]
    [InlineData("- run: mongosh --eval \"x('${{ github.event.issue.title }}')\"")]
    [InlineData("- run: git rebase --exec \"echo ${{ github.event.issue.title }}\" main")]
    [InlineData("- run: |\n    [[ \"${{ github.event.issue.title }}\" -eq 1 ]] && make")]
    [InlineData("- run: |\n    declare -i n=\"${{ github.event.issue.title }}\"")]
    [InlineData("- run: |\n    echo \"T=${{ github.event.issue.title }}\" >> $GITHUB_ENV")]
    [InlineData("- run: echo \\${{ github.event.issue.title }} done")]
    [InlineData("- run: echo \"$( (cd x); case $a in b) echo ${{ github.event.issue.title }};; esac)\"")]
    [InlineData("- run: echo ${A//'}'/x} ${{ github.event.issue.title }}")]
    [InlineData("- shell: bash -c \"python {0}\"\n  run: echo ${{ github.event.issue.title }}")]
    [InlineData("- env:\n    TITLE: ${{ github.event.issue.title }}\n  run: |\n    TITLE=prefix\n    echo \"${{ env.TITLE }}\"")]
    [InlineData("- env:\n    A: b\n  run: echo \"${{ env.A || github.event.issue.title }}\"")]
    public async Task ScriptInjection_WhereAVariableWouldBeNoRemedy_NothingIsProposed(string steps)
    {
        var findings = await FixBench.ScanAsync(FixBench.Workflow, Issues(steps));

        Assert.All(findings.Where(f => f.RuleId == "template-injection"), f => Assert.Null(f.Fix));
        Assert.Contains(findings, f => f.RuleId == "template-injection");
    }

    [Theory]
    [InlineData("windows-2025")]
    [InlineData("${{ matrix.os }}")]
    [InlineData("[self-hosted, windows]")]
    [InlineData("self-hosted")]
    public async Task ScriptInjection_ShellUnknown_NothingIsProposed(string runsOn)
    {
        var text = Issues("- run: echo ${{ github.event.issue.title }}").Replace("ubuntu-24.04", runsOn, StringComparison.Ordinal);

        Assert.Null((await FixBench.ScanAsync(FixBench.Workflow, text)).Single(f => f.RuleId == "template-injection").Fix);
    }

    [Theory]
    [InlineData("on: push\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n", "on: push\npermissions:\n  contents: read\n\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n")]
    [InlineData("on: push\n\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: acme/release@v1\n", null)]
    [InlineData("on: push\n\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: gh release create v1\n", null)]
    [InlineData("on: push\n\njobs:\n  build:\n    uses: ./.github/workflows/other.yml\n", null)]
    public async Task MissingPermissions_ReadingIsEnoughOnlyWhereNothingAsksForMore(string before, string? after) =>
        Assert.Equal(after, await FixedAsync("missing-permissions", before));

    [Theory]
    [InlineData("- uses: actions/checkout@P # v4", "- uses: actions/checkout@P # v4\n        with:\n          persist-credentials: false")]
    [InlineData("- name: Get\n        uses: actions/checkout@P\n        with:\n          fetch-depth: 0", "- name: Get\n        uses: actions/checkout@P\n        with:\n          persist-credentials: false\n          fetch-depth: 0")]
    [InlineData("- uses: actions/checkout@P\n        with:\n          persist-credentials: true", "- uses: actions/checkout@P\n        with:\n          persist-credentials: false")]
    [InlineData("- uses: actions/checkout@P\n      - run: git push", null)]
    [InlineData("- uses: actions/checkout@P\n        with: { fetch-depth: 0 }", null)]
    [InlineData("- uses: actions/checkout@P\n        with:\n          persist-credentials: 'true'", "- uses: actions/checkout@P\n        with:\n          persist-credentials: false")]
    [InlineData("- uses: actions/checkout@P\n      - uses: stefanzweifel/git-auto-commit-action@P", null)]
    [InlineData("- uses: actions/checkout@P\n      - run: npx semantic-release", null)]
    public async Task PersistedCredentials_AreWithheldUnlessTheyAreNeeded(string checkout, string? expected)
    {
        Assert.Equal(expected is null ? null : Text(expected), await FixedAsync("persisted-credentials", Text(checkout)));

        static string Text(string checkout) =>
            $"on: push\npermissions: {{}}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      {checkout.Replace("@P", "@" + Pinned, StringComparison.Ordinal)}\n      - uses: actions/upload-artifact@{Pinned}\n        with:\n          path: .\n";
    }

    [Theory]
    [InlineData("env:\n  ACTIONS_ALLOW_UNSECURE_COMMANDS: true\njobs:", "jobs:", "make")]
    [InlineData("env:\n  A: b\n  ACTIONS_ALLOW_UNSECURE_COMMANDS: true # old\njobs:", "env:\n  A: b\njobs:", "make")]
    [InlineData("env: { ACTIONS_ALLOW_UNSECURE_COMMANDS: true }\njobs:", null, "make")]
    [InlineData("env:\n  ACTIONS_ALLOW_UNSECURE_COMMANDS: true\njobs:", null, "echo ::set-env name=A::b")]
    public async Task InsecureCommands_SwitchIsTakenOutWhereNothingNeedsIt(string head, string? expected, string script)
    {
        Assert.Equal(expected is null ? null : Text(expected), await FixedAsync("insecure-commands", Text(head)));

        string Text(string head) => $"on: push\npermissions: {{}}\n{head}\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: {script}\n";
    }

    [Theory]
    [InlineData("pull_request_target", "github.actor == 'dependabot[bot]'", "github.event.pull_request.user.login == 'dependabot[bot]'")]
    [InlineData("pull_request_target", "${{ github.actor_id == '49699333' && true }}", "${{ github.event.pull_request.user.id == '49699333' && true }}")]
    [InlineData("[pull_request_target, issue_comment]", "github.actor == 'dependabot[bot]'", null)]
    [InlineData("workflow_run", "github.actor == 'dependabot[bot]'", null)]
    [InlineData("pull_request_target", "github.actor == 'dependabot[bot]' || github.actor == github.repository_owner", null)]
    public async Task BotCondition_AsksForTheAuthorWhereThereIsOne(string on, string condition, string? expected)
    {
        Assert.Equal(expected is null ? null : Text(expected), await FixedAsync("bot-condition", Text(condition)));

        string Text(string condition) => $"on: {on}\npermissions: {{}}\njobs:\n  build:\n    if: {condition}\n    runs-on: ubuntu-24.04\n    steps:\n      - run: make\n";
    }

    [Theory]
    [InlineData("      - uses: actions/checkout@v4", "      - uses: actions/checkout@P # v4")]
    [InlineData("      - name: Get\n        uses: \"actions/checkout@v4\"", "      - name: Get\n        uses: \"actions/checkout@P\" # v4")]
    [InlineData("      - uses: 'actions/checkout@v4'   # the code", "      - uses: 'actions/checkout@P' # v4   # the code")]
    [InlineData("      - uses: actions/checkout@v4 #v4", "      - uses: actions/checkout@P #v4")]
    [InlineData("      - uses: acme/tools/deep/deploy@rel/1.2", "      - uses: acme/tools/deep/deploy@P # rel/1.2")]
    [InlineData("      - uses: actions/checkout@main", null)]
    [InlineData("      - uses: actions/checkout", null)]
    [InlineData("      - uses: docker://alpine:3.22", null)]
    [InlineData("      - { uses: actions/checkout@v4 }", null)]
    [InlineData("      - uses: >-\n          actions/checkout@v4", null)]
    [InlineData("      - uses: actions/checkout@v4/../../../../user", null)]
    [InlineData("      - uses: ../checkout@v4", null)]
    public async Task UnpinnedUses_NamesTheCommitOfTheTag(string step, string? expected)
    {
        var actions = new KnownTags { ["actions/checkout@v4"] = Pinned, ["acme/tools@rel/1.2"] = Pinned };

        var finding = (await FixBench.ScanAsync(FixBench.Workflow, Text(step), actions: actions)).Single(f => f.RuleId == "unpinned-uses");

        Assert.Equal(expected is null ? null : Text(expected), finding.Fix is { } fix ? FixBench.Apply(fix, Text(step)) : null);
        Assert.All(actions.Asked, asked => Assert.DoesNotContain("..", asked, StringComparison.Ordinal));

        static string Text(string step) => $"on: push\npermissions: {{}}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n{step.Replace("@P", "@" + Pinned, StringComparison.Ordinal)}\n";
    }

    [Fact]
    public async Task UnpinnedUses_ReusableWorkflow_NamesTheCommitOfTheTag()
    {
        const string Before = "on: push\npermissions: {}\njobs:\n  call:\n    uses: acme/flows/.github/workflows/build.yml@v2\n";

        var finding = (await FixBench.ScanAsync(FixBench.Workflow, Before, actions: new KnownTags { ["acme/flows@v2"] = Pinned })).Single(f => f.RuleId == "unpinned-uses");

        Assert.Equal($"    uses: acme/flows/.github/workflows/build.yml@{Pinned} # v2", finding.Fix?.Replacement);
    }

    [Theory]
    [InlineData("main")]
    [InlineData("")]
    [InlineData("0123456789abcdef0123456789abcdef01234567\n      - run: make")]
    [InlineData("0123456789ABCDEF0123456789ABCDEF01234567")]
    public async Task UnpinnedUses_AnswerIsNoCommit_NothingIsProposed(string answer)
    {
        var findings = await FixBench.ScanAsync(FixBench.Workflow, Issues("- uses: acme/deploy@v1"), actions: new KnownTags { ["acme/deploy@v1"] = answer });

        Assert.Null(findings.Single(f => f.RuleId == "unpinned-uses").Fix);
    }

    [Fact]
    public async Task UnpinnedUses_NobodyCanBeAsked_IsFoundAllTheSame() =>
        Assert.Null((await FixBench.ScanAsync(FixBench.Workflow, Issues("- uses: acme/deploy@v1"))).Single(f => f.RuleId == "unpinned-uses").Fix);

    /// <summary>An alias makes one text the step of two jobs; whatever it does to fixes, the findings stand.</summary>
    [Fact]
    public async Task Alias_CostsNoFinding()
    {
        var text = $"on: issues\npermissions: {{}}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: &c actions/checkout@{Pinned}\n      - &s\n        run: echo \"${{{{ github.event.issue.title }}}}\"\n"
            + $"  b:\n    runs-on: windows-2025\n    steps:\n      - uses: *c\n      - *s\n      - uses: actions/upload-artifact@{Pinned}\n        with:\n          path: .\n";

        var findings = await FixBench.ScanAsync(FixBench.Workflow, text);

        Assert.Contains(findings, f => f.RuleId == "persisted-credentials");
        Assert.Contains(findings, f => f.RuleId == "template-injection");
        Assert.All(findings, f => Assert.Null(f.Fix));
    }

    private static async Task<string?> FixedAsync(string rule, string text) =>
        (await FixBench.ScanAsync(FixBench.Workflow, text)).Single(f => f.RuleId == rule).Fix is { } fix ? FixBench.Apply(fix, text) : null;

    private static string Issues(string steps) =>
        $"on: issues\npermissions: {{}}\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    steps:\n{string.Join('\n', steps.Split('\n').Select(l => "      " + l))}\n";
}

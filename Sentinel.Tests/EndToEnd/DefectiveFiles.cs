using Sentinel.Scanning;

namespace Sentinel.Tests.EndToEnd;

/// <summary>Files with known defects at known lines.</summary>
internal static class DefectiveFiles
{
    public const string Workflow = """
        on: issues
        permissions: {}
        jobs:
          greet:
            runs-on: ubuntu-24.04
            steps:
              - run: echo "${{ github.event.issue.title }}"
        """;

    public const string FixedWorkflow = """
        on: issues
        permissions: {}
        jobs:
          greet:
            runs-on: ubuntu-24.04
            steps:
              - env:
                  ISSUE_TITLE: ${{ github.event.issue.title }}
                run: echo "$ISSUE_TITLE"
        """;

    public const string Dockerfile = """
        FROM debian:latest
        COPY app /app
        USER app
        """;

    /// <summary>Made at run time: nothing shaped like a live token is in the sources.</summary>
    public static string Token { get; } = SampleExpander.Expand("ghp_<github-token>", "end-to-end");

    public static string Settings => $"region = eu\ntoken = {Token}\n";
}

using System.Text.RegularExpressions;

namespace Sentinel.Api.Webhooks.Events;

/// <summary>Checks the few texts of a payload that go into queries, refs and git arguments later on.</summary>
internal static partial class PayloadText
{
    /// <summary>A commit id in hexadecimal, SHA-1 or SHA-256.</summary>
    public static string Commit(string? value, string field) =>
        value is not null && CommitPattern().IsMatch(value)
            ? value
            : throw new WebhookPayloadException($"'{field}' is not a commit id.");

    /// <summary>The commit, or null for the all-zero id by which GitHub says "none".</summary>
    public static string? CommitOrNone(string? value, string field) =>
        Commit(value, field) is var commit && commit.All(digit => digit == '0') ? null : commit;

    /// <summary>A full ref name such as <c>refs/heads/main</c>.</summary>
    public static string Ref(string? value, string field) =>
        GitRefs.IsSafeName(value) && value.StartsWith("refs/", StringComparison.Ordinal)
            ? value
            : throw new WebhookPayloadException($"'{field}' is not a full ref name.");

    /// <summary>A branch name without <c>refs/heads/</c>, or null when absent.</summary>
    public static string? Branch(string? value, string field) =>
        string.IsNullOrEmpty(value) ? null
        : GitRefs.IsSafeName(value) ? value
        : throw new WebhookPayloadException($"'{field}' is not a branch name.");

    /// <summary><c>owner/name</c>.</summary>
    public static string FullName(string? value, string field) =>
        value is { Length: <= 200 } && FullNamePattern().IsMatch(value)
            ? value
            : throw new WebhookPayloadException($"'{field}' is not of the form owner/name.");

    /// <summary>The login of a person; with an underscore where an enterprise manages its users.</summary>
    public static string Login(string? value, string field) =>
        value is { Length: <= 100 } && LoginPattern().IsMatch(value)
            ? value
            : throw new WebhookPayloadException($"'{field}' is not a login.");

    [GeneratedRegex(@"^(?:[0-9a-f]{40}|[0-9a-f]{64})\z", RegexOptions.CultureInvariant)]
    private static partial Regex CommitPattern();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex FullNamePattern();

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LoginPattern();
}

using System.Globalization;

namespace Sentinel.Git;

/// <summary>Which git this machine has.</summary>
internal static class GitVersion
{
    private const long MaxText = 1024;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private static Task<bool>? _hasBatchCommand;

    /// <summary>Whether <c>cat-file --batch-command</c> is known: version 2.36 or later (https://git-scm.com/docs/git-cat-file).</summary>
    /// <exception cref="GitException">There is no git.</exception>
    public static async ValueTask<bool> HasBatchCommandAsync(GitRunner git)
    {
        var asked = Volatile.Read(ref _hasBatchCommand);
        if (asked is not { IsCompletedSuccessfully: true }) Volatile.Write(ref _hasBatchCommand, asked = AskAsync(git));
        return await asked;
    }

    private static async Task<bool> AskAsync(GitRunner git)
    {
        var told = await git.RunAsync(["version"], Limit, MaxText, CancellationToken.None);
        return told.ExitCode == 0 && IsAtLeast(told.Text, 2, 36);
    }

    // "git version 2.39.5", "git version 2.50.1 (Apple Git-155)"
    internal static bool IsAtLeast(string told, int major, int minor) =>
        told.Split(' ') is ["git", "version", var version, ..] && version.Split('.') is [var first, var second, ..]
        && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var a) && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var b)
        && (a, b).CompareTo((major, minor)) >= 0;
}

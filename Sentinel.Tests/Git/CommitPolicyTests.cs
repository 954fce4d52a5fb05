using System.Diagnostics;
using Sentinel.Git;
using Sentinel.Git.Policies;
using Sentinel.Scanning;
using Sentinel.Scanning.Policies;

namespace Sentinel.Tests.Git;

/// <summary>The policy of a commit, from objects alone; and the commit on which a change is based.</summary>
public sealed class CommitPolicyTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-test-commit-policy-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Read_EachCommit_GivesItsOwnPolicy()
    {
        Git("init", "-q", "-b", "main");
        var none = Commit(("a.txt", "a"), ("sub/.sentinel.yml", "version: 1\ngate: {severity: low}\n"));
        var first = Commit((".sentinel.yaml", "version: 1\ngate: {severity: low}\n"));
        var both = Commit((".sentinel.yml", "version: 1\ngate: {severity: critical}\n"));
        File.Delete(Path.Combine(_folder, ".sentinel.yaml"));
        var broken = Commit((".sentinel.yml", "version: 1\nsomething: else\n"));
        // What stands in the work tree is nobody's policy.
        File.WriteAllText(Path.Combine(_folder, ".sentinel.yml"), "version: 1\n");

        Assert.Same(PolicyReading.None, await ReadAsync(none));
        Assert.Equal((".sentinel.yaml", Severity.Low), await ReadAsync(first) is var read ? (read.Path, read.Policy.Gate.Severity!.Value) : default);
        Assert.Equal("There is also a file .sentinel.yaml.", Assert.Single((await ReadAsync(both)).Errors).Message);
        Assert.Equal((2, 1), Assert.Single((await ReadAsync(broken)).Errors) is var error ? (error.Line, error.Column) : default);
    }

    [Fact]
    public async Task Read_LinkOrLargeFile_IsRefusedUnread()
    {
        Git("init", "-q", "-b", "main");
        var large = Commit((".sentinel.yml", "version: 1\n#" + new string('x', 1024 * 1024)));
        File.Delete(Path.Combine(_folder, ".sentinel.yml"));
        File.CreateSymbolicLink(Path.Combine(_folder, ".sentinel.yml"), "/etc/hostname");
        var link = Commit();

        Assert.Equal("The file has 1 MiB; a policy has at most 64 KiB.", Assert.Single((await ReadAsync(large)).Errors).Message);
        Assert.Equal("The file is a link, and links are not followed.", Assert.Single((await ReadAsync(link)).Errors).Message);
    }

    [Fact]
    public async Task Find_MergeBase_IsWhereTheLinesPart()
    {
        Git("init", "-q", "-b", "main");
        var fork = Commit(("a.txt", "a"));
        Git("checkout", "-q", "-b", "change");
        var change = Commit(("b.txt", "b"));
        Git("checkout", "-q", "main");
        var main = Commit(("c.txt", "c"));
        Git("checkout", "-q", "--orphan", "other");
        var other = Commit(("d.txt", "d"));

        Assert.Equal(fork, await MergeBase.FindAsync(Runner(), main, change, new GitLimits(), Cancellation));
        Assert.Null(await MergeBase.FindAsync(Runner(), main, other, new GitLimits(), Cancellation));
        await Assert.ThrowsAsync<GitException>(() => MergeBase.FindAsync(Runner(), main, "--help", new GitLimits(), Cancellation));
        await Assert.ThrowsAsync<GitException>(() => MergeBase.FindAsync(Runner(), main, new string('1', 40), new GitLimits(), Cancellation));
    }

    private GitRunner Runner() => new(Path.Combine(_folder, ".git"));

    private Task<PolicyReading> ReadAsync(string commit) => CommitPolicy.ReadAsync(Runner(), commit, new GitLimits(), Cancellation);

    private string Commit(params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, path))!);
            File.WriteAllText(Path.Combine(_folder, path), text);
        }
        Git("add", "-A");
        Git("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "change");
        return Git("rev-parse", "HEAD");
    }

    private string Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        Assert.Equal(0, git.ExitCode);
        return output.Trim();
    }
}

using System.Diagnostics;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>A real git repository in a temporary folder.</summary>
internal sealed class TestRepository : IDisposable
{
    private readonly string _folder;

    private TestRepository(string folder) => _folder = folder;

    public string GitDirectory => Path.Combine(_folder, ".git");

    public string Folder => _folder;

    /// <summary>The commit of the current branch.</summary>
    public string Head => Git("rev-parse", "HEAD");

    public static TestRepository Create()
    {
        var repository = new TestRepository(Directory.CreateTempSubdirectory("sentinel-test-repository-").FullName);
        repository.Git("init", "--quiet", "--initial-branch=main");
        repository.Git("config", "uploadpack.allowAnySHA1InWant", "true");
        return repository;
    }

    /// <summary>Writes files and commits them; null deletes a file.</summary>
    /// <returns>The new commit.</returns>
    public string Commit(string message, params (string Path, string? Content)[] files)
    {
        foreach (var (path, content) in files)
        {
            var full = Path.Combine(_folder, path);
            if (content is null)
            {
                File.Delete(full);
                continue;
            }
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, content);
        }
        return CommitAll(message);
    }

    /// <summary>Commits whatever is in the folder.</summary>
    public string CommitAll(string message)
    {
        Git("add", "--all");
        Git("commit", "--quiet", "--allow-empty", "-m", message);
        return Head;
    }

    /// <summary>Runs git in the repository.</summary>
    public string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "user.name=Test", "-c", "user.email=test@acme.example", "-c", "commit.gpgsign=false", .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var git = Process.Start(start)!;
        var error = git.StandardError.ReadToEndAsync();
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output.Trim() : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error.Result}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

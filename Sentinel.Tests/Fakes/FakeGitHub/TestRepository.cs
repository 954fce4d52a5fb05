using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Sentinel.Tests.Fakes.FakeGitHub;

/// <summary>A real git repository in a temporary folder.</summary>
internal sealed class TestRepository : IDisposable
{
    private readonly string _folder;
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

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

    /// <summary>Commits a tree written as <c>git mktree -z</c> reads it: the only way to names that git's own commands refuse.</summary>
    /// <param name="entries">Mode, object and name as raw bytes.</param>
    /// <returns>The new commit, on main.</returns>
    public string CommitTree(params (string Mode, string Type, string Sha, byte[] Name)[] entries)
    {
        using var input = new MemoryStream();
        foreach (var (mode, type, sha, name) in entries)
        {
            input.Write(Encoding.ASCII.GetBytes($"{mode} {type} {sha}\t"));
            input.Write(name);
            input.WriteByte(0);
        }
        var tree = GitWithInput(input.ToArray(), "mktree", "-z", "--missing");
        var commit = Git("commit-tree", "-m", "A tree", tree);
        Git("update-ref", "refs/heads/main", commit);
        return commit;
    }

    /// <summary>Stores a content and returns its hash.</summary>
    public string Blob(string content) => GitWithInput(Encoding.UTF8.GetBytes(content), "hash-object", "-w", "--stdin");

    /// <summary>Stores an object as it is, however malformed, and returns its hash.</summary>
    public string WriteObject(string type, byte[] content) => GitWithInput(content, "hash-object", "-w", "--literally", "-t", type, "--stdin");

    /// <summary>Stores a folder of one entry and returns its hash.</summary>
    public string Tree(string mode, string sha, string name) => GitWithInput(Encoding.UTF8.GetBytes($"{mode} {(mode == "40000" ? "tree" : "blob")} {sha}\t{name}\0"), "mktree", "-z");

    /// <summary>Runs a <c>git fast-import</c> stream, which is how to make large repositories fast.</summary>
    public string Import(Action<Stream> write)
    {
        using var input = new MemoryStream();
        write(input);
        GitWithInput(input.ToArray(), "fast-import", "--quiet", "--force");
        return Git("rev-parse", "refs/heads/main");
    }

    /// <summary>Runs git in the repository.</summary>
    public string Git(params string[] arguments) => GitWithInput([], arguments);

    /// <summary>Runs git in the repository; the output keeps the white space at its ends.</summary>
    public string GitRaw(params string[] arguments) => Run([], arguments);

    /// <summary>As <see cref="Git"/>, asked once: for what is named by hashes alone, and so never becomes anything else.</summary>
    public string GitOnce(params string[] arguments) => _known.GetOrAdd(string.Join('\0', arguments), _ => Git(arguments));

    /// <summary>A content by its hash, with the white space at its ends.</summary>
    public string Content(string sha) => _known.GetOrAdd($"content\0{sha}", _ => GitRaw("cat-file", "blob", sha));

    /// <summary>The commit of a branch; null when there is no such branch.</summary>
    public string? BranchHead(string branch)
    {
        // A process for each question is what most of a test's time would go into.
        var loose = Path.Combine(GitDirectory, "refs", "heads", branch);
        if (File.Exists(loose) && File.ReadAllText(loose).Trim() is { Length: 40 } sha) return sha;
        return Git("for-each-ref", "--format=%(objectname)", $"refs/heads/{branch}") is { Length: > 0 } packed ? packed : null;
    }

    private string GitWithInput(byte[] input, params string[] arguments) => Run(input, arguments).Trim();

    private string Run(byte[] input, string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-c", "user.name=Test", "-c", "user.email=test@acme.example", "-c", "commit.gpgsign=false", .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        using var git = Process.Start(start)!;
        var error = git.StandardError.ReadToEndAsync();
        var reading = git.StandardOutput.ReadToEndAsync();
        git.StandardInput.BaseStream.Write(input);
        git.StandardInput.Close();
        var output = reading.Result;
        git.WaitForExit();
        return git.ExitCode == 0 ? output : throw new InvalidOperationException($"git {string.Join(' ', arguments)}: {error.Result}");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}

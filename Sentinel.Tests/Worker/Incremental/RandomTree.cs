using System.Globalization;
using System.Text;
using Sentinel.Scanning;
using Sentinel.Tests.EndToEnd;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning;

namespace Sentinel.Tests.Worker.Incremental;

/// <summary>What is done to a tree between two commits.</summary>
internal enum EditKind { Write, InsertLine, Delete, Rename, RenameCase, Copy, Swap, Mode, Link, Submodule, DeleteFolder, Restore }

/// <summary>One edit; the numbers choose files and contents, whatever the tree holds by then.</summary>
internal readonly record struct Edit(EditKind Kind, int First, int Second, int Content);

/// <summary>A tree of a few files, many of them with equal defects, and the edits that people make.</summary>
internal sealed class RandomTree
{
    private static readonly string[] Folders = ["", "a/", "A/", "a/b/", ".github/workflows/", "b b/", "ü/"];
    private static readonly string[] Names = ["Dockerfile", "ci.yml", "x.ini", "X.ini", "y.txt", "z.Dockerfile"];
    private static readonly string[] Tokens = [.. Enumerable.Range(0, 3).Select(i => SampleExpander.Expand("ghp_<github-token>", $"tree-{i}"))];

    private static readonly byte[][] Contents =
    [
        .. new[]
        {
            "", "plain\ntext\n", DefectiveFiles.Dockerfile, DefectiveFiles.Dockerfile + "\nRUN true\n", "FROM debian:latest\nFROM debian:latest\nUSER app\n", DefectiveFiles.Workflow, DefectiveFiles.FixedWorkflow,
            "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: acme/deploy@v1\n",
            // Not YAML: the plug-in fails on the file each time.
            "on: [push\njobs: {", $"token = {Tokens[0]}\n", $"x = 1\ntoken = {Tokens[0]}\n", $"token = {Tokens[1]}\n", $"a = {Tokens[0]}\nb = {Tokens[1]}\nc = {Tokens[2]}\n",
            "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
        }.Select(Encoding.UTF8.GetBytes),
        [0, 1, 2, 0, 3],
    ];

    private readonly SortedDictionary<string, (string Mode, byte[] Content)> _files = new(StringComparer.Ordinal);

    private readonly List<KeyValuePair<string, (string Mode, byte[] Content)>[]> _commits = [];

    public static int ContentCount => Contents.Length;

    public void Apply(Edit edit)
    {
        var (from, to) = (Existing(edit.First), PathOf(edit.Second));
        switch (edit.Kind)
        {
            case EditKind.Write:
                Put(to, ("100644", Contents[edit.Content % Contents.Length]));
                break;
            case EditKind.Link:
                Put(to, ("120000", Encoding.UTF8.GetBytes("y.txt")));
                break;
            case EditKind.Submodule:
                Put(to, ("160000", Encoding.ASCII.GetBytes(new string("123456789a"[edit.Content % 10], 40))));
                break;
            case EditKind.Restore when _commits.Count > 0:
                _files.Clear();
                foreach (var (path, item) in _commits[^((edit.First % Math.Min(_commits.Count, 3)) + 1)]) _files.Add(path, item);
                break;
            case var _ when from is null:
                break;
            case EditKind.InsertLine when _files[from].Mode.StartsWith("100", StringComparison.Ordinal):
                _files[from] = (_files[from].Mode, [.. "# inserted\n"u8, .. _files[from].Content]);
                break;
            case EditKind.Delete:
                _files.Remove(from);
                break;
            case EditKind.Rename or EditKind.RenameCase:
                var moved = _files[from];
                _files.Remove(from);
                Put(edit.Kind == EditKind.Rename ? to : ToggleCase(from), moved);
                break;
            case EditKind.Copy:
                Put(to, _files[from]);
                break;
            case EditKind.Swap when Existing(edit.Second) is { } other:
                (_files[from], _files[other]) = (_files[other], _files[from]);
                break;
            case EditKind.Mode when _files[from].Mode.StartsWith("100", StringComparison.Ordinal):
                _files[from] = (_files[from].Mode == "100644" ? "100755" : "100644", _files[from].Content);
                break;
            case EditKind.DeleteFolder:
                var folder = from[..(from.LastIndexOf('/') + 1)];
                foreach (var path in _files.Keys.Where(p => p.StartsWith(folder, StringComparison.Ordinal)).ToArray()) _files.Remove(path);
                break;
        }
    }

    /// <summary>Commits the tree as it is, with no parent.</summary>
    // https://git-scm.com/docs/git-fast-import
    public string Commit(TestRepository repository) => repository.Import(stream =>
    {
        _commits.Add([.. _files]);
        void Text(string text) => stream.Write(Encoding.UTF8.GetBytes(text));
        Text("commit refs/heads/main\ncommitter Test <test@acme.example> 1700000000 +0000\ndata 1\nx\ndeleteall\n");
        foreach (var (path, (mode, content)) in _files)
        {
            if (mode == "160000")
            {
                Text($"M {mode} {Encoding.ASCII.GetString(content)} \"{path}\"\n");
                continue;
            }
            Text(string.Create(CultureInfo.InvariantCulture, $"M {mode} inline \"{path}\"\ndata {content.Length}\n"));
            stream.Write(content);
            Text("\n");
        }
    });

    // What stands where the new path needs a folder gives way, as in git.
    private void Put(string path, (string Mode, byte[] Content) item)
    {
        foreach (var other in _files.Keys.Where(p => p.StartsWith(path + "/", StringComparison.Ordinal) || path.StartsWith(p + "/", StringComparison.Ordinal)).ToArray()) _files.Remove(other);
        _files[path] = item;
    }

    private string? Existing(int number) => _files.Count == 0 ? null : _files.Keys.ElementAt(number % _files.Count);

    private static string PathOf(int number) => Folders[number % Folders.Length] + Names[number / Folders.Length % Names.Length];

    private static string ToggleCase(string path)
    {
        var name = path.LastIndexOf('/') + 1;
        return path[..name] + (char.IsUpper(path[name]) ? char.ToLowerInvariant(path[name]) : char.ToUpperInvariant(path[name])) + path[(name + 1)..];
    }
}

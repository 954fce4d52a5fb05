using System.Globalization;
using System.Text;
using Sentinel.Scanning;
using Sentinel.Tests.Fakes.FakeGitHub;
using Sentinel.Tests.Scanning;

namespace Sentinel.Tests.Worker.Identity;

/// <summary>What kind of defect a block is, and with it what kind of file it may stand in.</summary>
internal enum BlockKind { Secret, Stage, Job }

/// <summary>Some lines that belong together and hold one defect.</summary>
/// <param name="Id">Follows the block wherever it goes.</param>
/// <param name="Name">Blocks of one kind and name are equal defects; for a secret it stands for the value.</param>
internal sealed record Block(int Id, BlockKind Kind, string Name)
{
    public int Indent { get; init; }

    public string[] Lines => Kind switch
    {
        BlockKind.Secret => [$"[{Kind}]", $"{new string(' ', Indent)}token = {SampleExpander.Expand("ghp_<github-token>", Name)}"],
        BlockKind.Stage => [$"{new string(' ', Indent)}FROM debian:latest AS {Name}", "RUN true"],
        _ =>
        [
            $"  {Name}:", "    runs-on: ubuntu-24.04", "    steps:",
            $"    {new string(' ', Indent)}- run: |", $"    {new string(' ', Indent)}    echo \"${{{{ github.event.issue.title }}}}\"",
        ],
    };
}

/// <summary>A file made of blocks with ordinary lines in between.</summary>
internal sealed class CodeFile(string path, BlockKind kind)
{
    public string Path { get; set; } = path;

    public BlockKind Kind => kind;

    /// <summary>Each with the number of ordinary lines above it.</summary>
    public List<(int Above, Block Block)> Blocks { get; } = [];

    public bool Has(Block block) => Blocks.Any(b => b.Block.Name == block.Name);

    public string Text => string.Join('\n', Lines().Select(l => l.Text)) + "\n";

    /// <summary>1-based first and last line of each block.</summary>
    public IEnumerable<(Block Block, int First, int Last)> Places() =>
        Lines().Select((l, i) => (l.Block, Line: i + 1)).Where(l => l.Block is not null).GroupBy(l => l.Block!).Select(g => (g.Key, g.Min(l => l.Line), g.Max(l => l.Line)));

    private IEnumerable<(string Text, Block? Block)> Lines()
    {
        foreach (var line in kind == BlockKind.Job ? ["on: issues", "permissions: {}", "jobs:"] : Array.Empty<string>()) yield return (line, null);
        foreach (var (above, block) in Blocks)
        {
            for (var i = 0; i < above; i++) yield return ("# an ordinary line", null);
            foreach (var line in block.Lines) yield return (line, block);
        }
        if (kind == BlockKind.Stage) yield return ("USER app", null);
    }
}

/// <summary>A repository's content and the things people do to it. The numbers choose what is touched, whatever there is by then.</summary>
internal sealed class CodeBase
{
    private const int FilesOfAKind = 4;

    private readonly List<CodeFile> _files = [];
    private int _blocks;
    private int _paths;

    public CodeBase(int blocksOfAKind)
    {
        foreach (var kind in Enum.GetValues<BlockKind>())
        {
            for (var i = 0; i < FilesOfAKind; i++) _files.Add(new CodeFile(NewPath(kind), kind));
            // Names repeat in other files: equal defects are what identity is hard for.
            for (var i = 0; i < blocksOfAKind; i++) Add(kind, $"n{i % (blocksOfAKind * 2 / 3)}", i);
        }
    }

    /// <summary>Where each block stands.</summary>
    public IReadOnlyList<(string Path, Block Block, int First, int Last)> Places => [.. _files.SelectMany(f => f.Places().Select(p => (f.Path, p.Block, p.First, p.Last)))];

    public void InsertLines(int number, int count)
    {
        var (file, index) = Choose(number);
        file.Blocks[index] = (file.Blocks[index].Above + 1 + (count % 30), file.Blocks[index].Block);
    }

    public void Reindent(int number, int count)
    {
        foreach (var file in _files.Where(f => f.Kind == Choose(number).File.Kind))
        {
            for (var i = 0; i < file.Blocks.Count; i++) file.Blocks[i] = file.Blocks[i] with { Block = file.Blocks[i].Block with { Indent = count % 5 } };
        }
    }

    public void RenameFile(int number)
    {
        var file = Choose(number).File;
        file.Path = NewPath(file.Kind);
    }

    /// <summary>Two files of one kind take each other's name, all others new ones.</summary>
    public void ShuffleNames(int number)
    {
        var file = Choose(number).File;
        var files = _files.Where(f => f.Kind == file.Kind).ToArray();
        var other = files.First(f => f != file);
        (file.Path, other.Path) = (other.Path, file.Path);
        // Backwards, so that the order of the paths is not that of the files.
        foreach (var renamed in files.Except([file, other]).Reverse()) renamed.Path = NewPath(file.Kind);
    }

    /// <returns>Whether there was a file to move it to.</returns>
    public bool MoveBlock(int number, int target)
    {
        var (file, index) = Choose(number);
        var (above, block) = file.Blocks[index];
        var others = _files.Where(f => f.Kind == file.Kind && f != file && !f.Has(block)).ToArray();
        if (others.Length == 0) return false;
        file.Blocks.RemoveAt(index);
        var other = others[target % others.Length];
        other.Blocks.Insert(target % (other.Blocks.Count + 1), (above, block));
        return true;
    }

    /// <summary>Puts another value on a secret's line.</summary>
    /// <returns>The block as it was and as it is.</returns>
    public (Block Old, Block New) SwapValue(int number)
    {
        var (file, index) = Choose(number, BlockKind.Secret);
        var (above, old) = file.Blocks[index];
        var swapped = new Block(_blocks++, BlockKind.Secret, $"swapped{_blocks}") { Indent = old.Indent };
        file.Blocks[index] = (above, swapped);
        return (old, swapped);
    }

    /// <summary>Commits everything with no parent and its own time: to the worker each commit is one that was rebased.</summary>
    // https://git-scm.com/docs/git-fast-import
    public string Commit(TestRepository repository, int time) => repository.Import(stream =>
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"commit refs/heads/main\ncommitter Test <test@acme.example> {1700000000 + time} +0000\ndata 1\nx\ndeleteall\n");
        foreach (var file in _files) text.Append(CultureInfo.InvariantCulture, $"M 100644 inline {file.Path}\ndata {Encoding.UTF8.GetByteCount(file.Text)}\n{file.Text}\n");
        stream.Write(Encoding.UTF8.GetBytes(text.ToString()));
    });

    private void Add(BlockKind kind, string name, int number)
    {
        var block = new Block(_blocks++, kind, name);
        var files = _files.Where(f => f.Kind == kind && !f.Has(block)).ToArray();
        files[number % files.Length].Blocks.Add((number % 3, block));
    }

    private (CodeFile File, int Index) Choose(int number, BlockKind? kind = null)
    {
        var all = _files.Where(f => kind is null || f.Kind == kind).SelectMany(f => f.Blocks.Select((_, i) => (f, i))).ToArray();
        return all[number % all.Length];
    }

    private string NewPath(BlockKind kind) => kind switch
    {
        BlockKind.Secret => $"conf/{_paths++}.ini",
        BlockKind.Stage => $"images/{_paths++}/Dockerfile",
        _ => $".github/workflows/w{_paths++}.yml",
    };
}

using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Git.History;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Git;

/// <summary>What cannot be read is named; everything else is read.</summary>
public sealed class DamagedRepositoryTests : IDisposable
{
    private readonly TestRepository _repository = TestRepository.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Read_DamagedLooseContent_IsNamedAndTheRestGoesOn(bool truncated)
    {
        var noise = Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(50_000));
        _repository.Commit("Add", ("a.txt", "a"), ("b.txt", noise), ("c.txt", "c"));
        Damage(LooseFile(_repository.Git("rev-parse", "HEAD:b.txt")), truncated);

        await AssertOnlyUnreadableAsync("b.txt");
    }

    [Fact]
    public async Task Read_MissingContent_IsNamedAndTheRestGoesOn()
    {
        _repository.Commit("Add", ("a.txt", "a"), ("b.txt", "b"), ("c.txt", "c"));
        File.Delete(LooseFile(_repository.Git("rev-parse", "HEAD:b.txt")));

        await AssertOnlyUnreadableAsync("b.txt");
    }

    [Fact]
    public async Task Read_DamagedPack_NamesWhatIsLost()
    {
        for (var i = 0; i < 20; i++) _repository.Commit("Add", ($"f{i}.txt", Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(2000))));
        var (blobs, _) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All());
        _repository.Git("gc", "--quiet");
        var pack = Directory.GetFiles(Path.Combine(_repository.GitDirectory, "objects", "pack"), "*.pack").Single();
        var lost = _repository.Git("rev-parse", "HEAD:f7.txt");
        // "<hash> blob <size> <size in pack> <offset>"
        var offset = long.Parse(_repository.Git("verify-pack", "-v", pack).Split('\n').Single(l => l.StartsWith(lost, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], System.Globalization.CultureInfo.InvariantCulture);
        File.SetAttributes(pack, FileAttributes.Normal);
        await using (var file = File.OpenWrite(pack))
        {
            file.Position = offset + 100;
            file.Write(new byte[200]);
        }

        await using var reader = new BlobReader(_repository.Runner(), 2, Histories.Limits);
        var faults = new List<string>();
        foreach (var blob in blobs)
        {
            try
            {
                await reader.ReadAsync(blob.BlobId, Cancellation);
            }
            catch (UnreadableBlobException ex)
            {
                faults.Add(ex.BlobId);
            }
        }

        Assert.Equal([lost], faults);
    }

    [Fact]
    public async Task Read_RepositoryRewrittenMeanwhile_LosesOnlyWhatIsGone()
    {
        _repository.Commit("Add", ("a.txt", "a"), ("b.txt", "b"));
        var kept = _repository.Head;
        _repository.Commit("Drop me", ("c.txt", "c"));
        var (blobs, _) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All());
        await using var reader = new BlobReader(_repository.Runner(), 1, Histories.Limits);
        Assert.Equal("a", await Histories.TextAsync(reader, blobs[0].BlobId));

        _repository.Git("reset", "--quiet", "--hard", kept);
        _repository.Git("reflog", "expire", "--expire=now", "--all");
        _repository.Git("gc", "--quiet", "--prune=now");

        Assert.Equal("b", await Histories.TextAsync(reader, blobs[1].BlobId));
        await Assert.ThrowsAsync<UnreadableBlobException>(() => Histories.TextAsync(reader, blobs[2].BlobId));
        Assert.Equal("a", await Histories.TextAsync(reader, blobs[0].BlobId));
    }

    [Theory]
    [InlineData("HEAD~1^{tree}")]
    [InlineData("HEAD~1")]
    public async Task History_DamagedTreeOrCommit_IsAFaultAndNotAnEnd(string what)
    {
        _repository.Commit("Add", ("a.txt", "a"));
        _repository.Commit("Change", ("a.txt", "b"));
        _repository.Commit("Change again", ("a.txt", "c"));
        Damage(LooseFile(_repository.Git("rev-parse", what)), truncated: false);
        var tally = new HistoryTally();

        var fault = await Assert.ThrowsAsync<GitException>(async () =>
        {
            await foreach (var _ in HistoryReader.ReadAsync(_repository.Runner(), HistoryRange.All(), tally, null, Histories.Limits, Cancellation))
            {
            }
        });

        Assert.Equal(("corrupt", false), (fault.Code, tally.IsComplete));
    }

    [Fact]
    public async Task Sizes_KnownMissingAndOtherKinds_AreToldApart()
    {
        _repository.Commit("Add", ("a.txt", "12345"));
        var blob = _repository.Git("rev-parse", "HEAD:a.txt");
        string[] ids = [new('1', 40), blob, _repository.Head, blob];

        Assert.Equal([null, 5, null, 5], await BlobSizes.ReadAsync(_repository.Runner(), ids, isPartial: false, Histories.Limits, Cancellation));
        Assert.Equal([null, null, null, 5], await BlobSizes.ReadAsync(_repository.Runner(), ids, isPartial: true, Histories.Limits, Cancellation));
        Assert.Empty(await BlobSizes.ReadAsync(_repository.Runner(), [], isPartial: false, Histories.Limits, Cancellation));
    }

    [Fact]
    public async Task Read_LargerThanTheLimit_IsRefusedAndTheRestGoesOn()
    {
        _repository.Commit("Add", ("large.txt", new string('x', 200_000)), ("small.txt", "small"));
        await using var reader = new BlobReader(_repository.Runner(), 1, new GitLimits { MaxBlobBytes = 100_000 });

        await Assert.ThrowsAsync<UnreadableBlobException>(() => Histories.TextAsync(reader, _repository.Git("rev-parse", "HEAD:large.txt")));
        Assert.Equal("small", await Histories.TextAsync(reader, _repository.Git("rev-parse", "HEAD:small.txt")));
    }

    [Fact]
    public async Task Read_ManyAtOnce_EachGetsItsOwn()
    {
        _repository.Commit("Add", [.. Enumerable.Range(0, 300).Select(i => ($"f{i}.txt", (string?)new string((char)('a' + (i % 26)), i * 37)))]);
        var (blobs, _) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All());
        await using var reader = new BlobReader(_repository.Runner(), 3, Histories.Limits);

        var lengths = await Task.WhenAll(blobs.Select(async b => (b.Path, Text: await Histories.TextAsync(reader, b.BlobId))));

        Assert.All(lengths, l => Assert.Equal(int.Parse(l.Path[1..^4], System.Globalization.CultureInfo.InvariantCulture) * 37, l.Text.Length));
        Assert.Equal(300, lengths.Length);
    }

    private async Task AssertOnlyUnreadableAsync(string path)
    {
        var (blobs, _) = await Histories.ReadAsync(_repository.Runner(), HistoryRange.All());
        await using var reader = new BlobReader(_repository.Runner(), 1, Histories.Limits);
        foreach (var blob in blobs)
        {
            if (blob.Path == path)
            {
                var fault = await Assert.ThrowsAsync<UnreadableBlobException>(() => Histories.TextAsync(reader, blob.BlobId));
                Assert.Contains(blob.BlobId, fault.Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(blob.Path[..1], await Histories.TextAsync(reader, blob.BlobId));
            }
        }
    }

    private string LooseFile(string id) => Path.Combine(_repository.GitDirectory, "objects", id[..2], id[2..]);

    private static void Damage(string file, bool truncated)
    {
        File.SetAttributes(file, FileAttributes.Normal);
        var bytes = File.ReadAllBytes(file);
        if (truncated) bytes = bytes[..(bytes.Length / 2)];
        else bytes.AsSpan(bytes.Length / 2).Clear();
        File.WriteAllBytes(file, bytes);
    }
}

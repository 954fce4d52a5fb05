using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Git.History;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Git;

/// <summary>Nothing that a repository's own files name is started, and nothing is fetched.</summary>
public sealed class HostileRepositoryTests : IDisposable
{
    private readonly TestRepository _repository = TestRepository.Create();
    private readonly string _marker = Path.Combine(Path.GetTempPath(), $"sentinel-test-started-{Guid.NewGuid():N}");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _repository.Dispose();
        File.Delete(_marker);
    }

    [Fact]
    public async Task History_ConfigurationThatNamesPrograms_StartsNone()
    {
        _repository.Commit("Add", ("a.txt", "a"), (".gitattributes", "* diff=evil filter=evil merge=evil\n"));
        _repository.Commit("Change", ("a.txt", "b"));
        Sign(_repository.Git("rev-parse", "HEAD"));
        var script = Script();
        File.AppendAllText(
            Path.Combine(_repository.GitDirectory, "config"),
            $"""

            [core]
                fsmonitor = {script}
                pager = {script}
                editor = {script}
                sshCommand = {script}
                hooksPath = {Path.GetDirectoryName(script)}
                alternateRefsCommand = {script}
            [pager]
                log = {script}
            [diff]
                external = {script}
                orderFile = {script}
            [diff "evil"]
                textconv = {script}
                command = {script}
            [filter "evil"]
                clean = {script}
                smudge = {script}
                process = {script}
                required = true
            [log]
                showSignature = true
            [gpg]
                program = {script}
            [gpg "ssh"]
                program = {script}
            [alias]
                log = !{script}
                cat-file = !{script}
                rev-parse = !{script}
            [trace2]
                eventTarget = {_marker}
            [credential]
                helper = !{script}
            [uploadpack]
                packObjectsHook = {script}
            """);

        await ReadEverythingAsync(2);

        Assert.False(File.Exists(_marker), "A program of the repository's choice was started.");
        Assert.Throws<InvalidOperationException>(() => _repository.Git("show", "HEAD"));
        Assert.True(File.Exists(_marker), "The trap does not work.");
    }

    [Fact]
    public async Task History_PartialCloneWithPromisedContents_FetchesNothing()
    {
        _repository.Commit("Add", ("a.txt", "a"), ("b.txt", "b"));
        var gone = _repository.Git("rev-parse", "HEAD:b.txt");
        var script = Script();
        File.Delete(Path.Combine(_repository.GitDirectory, "objects", gone[..2], gone[2..]));
        File.AppendAllText(
            Path.Combine(_repository.GitDirectory, "config"),
            $"""

            [protocol]
                allow = always
            [protocol "ext"]
                allow = always
            [protocol "file"]
                allow = always
            [remote "origin"]
                url = "ext::{script}"
                uploadpack = {script}
                promisor = true
                partialclonefilter = blob:none
            """);

        var repository = await LocalRepository.FindAsync(_repository.Folder, null, Histories.Limits, Cancellation);
        var (blobs, tally) = await Histories.ReadAsync(repository!.Git, HistoryRange.All());
        var sizes = await BlobSizes.ReadAsync(repository.Git, [.. blobs.Select(b => b.BlobId)], repository.IsPartial, Histories.Limits, Cancellation);
        await using var reader = new BlobReader(repository.Git, 1, Histories.Limits);

        Assert.Equal((true, true), (repository.IsPartial, tally.IsComplete));
        Assert.Equal([1, null], sizes);
        await Assert.ThrowsAsync<UnreadableBlobException>(() => Histories.TextAsync(reader, gone));
        Assert.False(File.Exists(_marker), "Something was fetched.");
        Assert.Throws<InvalidOperationException>(() => _repository.Git("cat-file", "-p", gone));
        Assert.True(File.Exists(_marker), "The trap does not work.");
    }

    [Fact]
    public async Task History_GraftsAndReplacements_HideNothing()
    {
        var first = _repository.Commit("Add", ("a.txt", "hidden"));
        var second = _repository.Commit("Change", ("a.txt", "shown"));
        Directory.CreateDirectory(Path.Combine(_repository.GitDirectory, "info"));
        File.WriteAllText(Path.Combine(_repository.GitDirectory, "info", "grafts"), $"{second}\n");
        _repository.Git("replace", "--graft", second);

        var listed = await Histories.ListAsync(_repository, HistoryRange.Reachable([second], []));

        Assert.Equal([$"a.txt {first}", $"a.txt {second}"], listed);
    }

    [Fact]
    public async Task Find_GitFileThatPointsElsewhere_IsFollowedButRunsNothing()
    {
        using var other = TestRepository.Create();
        other.Commit("Add", ("elsewhere.txt", "elsewhere"));
        var script = Script();
        File.AppendAllText(Path.Combine(other.GitDirectory, "config"), $"\n[core]\n\tfsmonitor = {script}\n\tworktree = /\n[alias]\n\tlog = !{script}\n");
        var folder = Directory.CreateDirectory(Path.Combine(_repository.Folder, "linked")).FullName;
        File.WriteAllText(Path.Combine(folder, ".git"), $"gitdir: {other.GitDirectory}\n");

        var repository = await LocalRepository.FindAsync(folder, null, Histories.Limits, Cancellation);
        var (blobs, _) = await Histories.ReadAsync(repository!.Git, HistoryRange.All());

        Assert.Equal("elsewhere.txt", Assert.Single(blobs).Path);
        Assert.False(File.Exists(_marker), "A program of the repository's choice was started.");
    }

    [Fact]
    public async Task Find_PlacesThatAreNoRepository_AreNull()
    {
        var outside = Directory.CreateTempSubdirectory("sentinel-test-outside-");
        try
        {
            Assert.Null(await LocalRepository.FindAsync(outside.FullName, null, Histories.Limits, Cancellation));
            File.WriteAllText(Path.Combine(outside.FullName, ".git"), "gitdir: /nowhere/at/all\n");
            Assert.Null(await LocalRepository.FindAsync(outside.FullName, null, Histories.Limits, Cancellation));
            var fault = await Assert.ThrowsAsync<GitException>(() => LocalRepository.FindAsync(Path.Combine(outside.FullName, "missing"), null, Histories.Limits, Cancellation));
            Assert.Equal("repository-not-found", fault.Code);
        }
        finally
        {
            outside.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Find_BareRepositoryAndSubfolder_AreFound()
    {
        _repository.Commit("Add", ("deep/er/a.txt", "a"));
        var bare = Path.Combine(_repository.Folder, "bare.git");
        _repository.Git("clone", "--quiet", "--bare", _repository.Folder, bare);

        var found = await LocalRepository.FindAsync(Path.Combine(_repository.Folder, "deep", "er"), null, Histories.Limits, Cancellation);
        var ofBare = await LocalRepository.FindAsync(bare, null, Histories.Limits, Cancellation);

        Assert.Equal((_repository.GitDirectory, false), (found!.Git.Directory, found.IsBare));
        Assert.Equal((bare, true), (ofBare!.Git.Directory, ofBare.IsBare));
        Assert.Single((await Histories.ReadAsync(ofBare.Git, HistoryRange.All())).Blobs);
    }

    private async Task ReadEverythingAsync(int contents)
    {
        var repository = await LocalRepository.FindAsync(_repository.Folder, null, Histories.Limits, Cancellation);
        var (blobs, _) = await Histories.ReadAsync(repository!.Git, HistoryRange.All());
        Assert.Equal(contents + 1, blobs.Count);
        await BlobSizes.ReadAsync(repository.Git, [.. blobs.Select(b => b.BlobId)], repository.IsPartial, Histories.Limits, Cancellation);
        await using var reader = new BlobReader(repository.Git, 1, Histories.Limits);
        foreach (var blob in blobs) await reader.ReadAsync(blob.BlobId, Cancellation);
        await GitTree.ReadAsync(repository.Git, blobs[^1].CommitId, Histories.Limits, Cancellation);
        await RefReach.ReadAsync(repository.Git, blobs[^1].CommitId, 10, Histories.Limits, Cancellation);
        await GitRefs.ResolveAsync(repository.Git, "HEAD", Histories.Limits, Cancellation);
    }

    // A signed commit, so that showing signatures would start a program.
    private void Sign(string commit)
    {
        var text = _repository.Git("cat-file", "commit", commit);
        var split = text.IndexOf("\n\n", StringComparison.Ordinal);
        var signed = $"{text[..split]}\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----{text[split..]}\n";
        _repository.Git("update-ref", "refs/heads/main", _repository.WriteObject("commit", System.Text.Encoding.UTF8.GetBytes(signed)));
    }

    private string Script()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_repository.GitDirectory, "evil")).FullName;
        var script = Path.Combine(folder, "run.sh");
        foreach (var name in new[] { "run.sh", "post-checkout", "reference-transaction", "fsmonitor-watchman" })
        {
            File.WriteAllText(Path.Combine(folder, name), $"#!/bin/sh\necho started >> '{_marker}'\n");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        return script;
    }
}

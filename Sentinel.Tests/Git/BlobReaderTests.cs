using System.Text;
using Sentinel.Git;
using Sentinel.Git.Blobs;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Git;

public sealed class BlobReaderTests : IDisposable
{
    private const string Missing = "1111111111111111111111111111111111111111";

    private readonly TestRepository _repository = TestRepository.Create();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData(3)]
    [InlineData(200)]
    public async Task Lengths_FewOrMany_AreThoseOfTheContents(int count)
    {
        _repository.Commit("Add", [.. Enumerable.Range(0, count).Select(i => ($"f{i}.txt", new string('x', i + 1)))]);
        await using var reader = new BlobReader(_repository.Runner(), 1, new GitLimits());
        var ids = Enumerable.Range(0, count).Select(i => _repository.Git("rev-parse", $"HEAD:f{i}.txt")).ToArray();

        var lengths = await reader.LengthsAsync([.. ids, Missing, _repository.Git("rev-parse", "HEAD^{tree}")], TestContext.Current.CancellationToken);

        Assert.Equal([.. Enumerable.Range(1, count).Select(l => (long?)l), null, null], lengths);
    }

    [Fact]
    public async Task Lengths_BetweenContents_LeaveTheReaderInStep()
    {
        _repository.Commit("Add", ("a.txt", "first\n"), ("b.txt", "the second\n"));
        await using var reader = new BlobReader(_repository.Runner(), 1, new GitLimits());
        var (a, b) = (_repository.Git("rev-parse", "HEAD:a.txt"), _repository.Git("rev-parse", "HEAD:b.txt"));

        Assert.Equal("first\n", await TextAsync(reader, a));
        Assert.Equal([11, 6], await reader.LengthsAsync([b, a], TestContext.Current.CancellationToken));
        Assert.Equal("the second\n", await TextAsync(reader, b));
        await Assert.ThrowsAsync<UnreadableBlobException>(() => TextAsync(reader, Missing));
        Assert.Equal("first\n", await TextAsync(reader, a));
    }

    [Theory]
    [InlineData("git version 2.39.5", true)]
    [InlineData("git version 2.36.0", true)]
    [InlineData("git version 2.50.1 (Apple Git-155)", true)]
    [InlineData("git version 2.45.1.windows.1", true)]
    [InlineData("git version 3.0", true)]
    [InlineData("git version 2.35.9", false)]
    [InlineData("git version 1.99", false)]
    [InlineData("hg 6.1", false)]
    public void IsAtLeast_EveryForm_IsRead(string told, bool expected) => Assert.Equal(expected, GitVersion.IsAtLeast(told, 2, 36));

    private static async Task<string> TextAsync(BlobReader reader, string id) => Encoding.UTF8.GetString((await reader.ReadAsync(id, TestContext.Current.CancellationToken)).Span);
}

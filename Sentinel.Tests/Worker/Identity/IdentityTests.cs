using CsCheck;
using Microsoft.EntityFrameworkCore;
using Sentinel.Contracts.Findings;
using Sentinel.Data.Repositories;
using Sentinel.Tests.Fakes.FakeGitHub;

namespace Sentinel.Tests.Worker.Identity;

/// <summary>What people do to code with git must neither lose a finding nor let one swallow another: all the way from a push to the database.</summary>
public sealed class IdentityTests(WorkerFixture worker) : IClassFixture<WorkerFixture>
{
    private const int BlocksOfAKind = 12;

    private static readonly Mutation[] Kinds = Enum.GetValues<Mutation>();

    private static readonly Gen<(Mutation Kind, int First, int Second)[]> Sequence =
        Gen.Select(Gen.Int[0, Kinds.Length - 1], Gen.Int[0, 999], Gen.Int[0, 999]).Select(s => (Kinds[s.Item1], s.Item2, s.Item3)).Array[3, 10];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Mutation.InsertLines)]
    [InlineData(Mutation.MoveToAnotherFile)]
    [InlineData(Mutation.RenameFile)]
    [InlineData(Mutation.ShuffleNames)]
    [InlineData(Mutation.Reindent)]
    [InlineData(Mutation.Rebase)]
    [InlineData(Mutation.Squash)]
    [InlineData(Mutation.SwapDismissedValue)]
    public async Task Scan_OneKindOfMutation_KeepsEveryIdentity(Mutation kind) =>
        await PlayAsync($"identity/{kind}", [.. Enumerable.Range(0, 8).Select(i => (kind, i * 37, i * 11))]);

    [Fact]
    public async Task Scan_RandomMutations_KeepEveryIdentity()
    {
        var number = 0;
        await Sequence.SampleAsync(sequence => PlayAsync($"identity/random-{Interlocked.Increment(ref number)}", sequence), iter: 12, threads: 1);
    }

    private async Task PlayAsync(string name, (Mutation Kind, int First, int Second)[] sequence)
    {
        var source = worker.GitHub.Create(name);
        var run = new Run(worker, source, await worker.AddRepositoryAsync(name));
        await run.ScanAsync(exact: true);
        foreach (var (kind, first, second) in sequence) await run.MutateAsync(kind, first, second);
    }

    public enum Mutation { InsertLines, MoveToAnotherFile, RenameFile, ShuffleNames, Reindent, Rebase, Squash, SwapDismissedValue }

    /// <summary>One repository, and which finding each of its defects is.</summary>
    private sealed class Run(WorkerFixture worker, TestRepository source, Repository repository)
    {
        private readonly CodeBase _code = new(BlocksOfAKind);
        private readonly Dictionary<int, Guid> _findings = [];
        private readonly HashSet<Guid> _dismissed = [];
        private int _time;

        public async Task MutateAsync(Mutation kind, int first, int second)
        {
            switch (kind)
            {
                case Mutation.InsertLines:
                    _code.InsertLines(first, second);
                    break;
                case Mutation.MoveToAnotherFile:
                    _code.MoveBlock(first, second);
                    break;
                case Mutation.RenameFile:
                    _code.RenameFile(first);
                    break;
                case Mutation.ShuffleNames:
                    _code.ShuffleNames(first);
                    break;
                case Mutation.Reindent:
                    _code.Reindent(first, second);
                    break;
                case Mutation.Squash:
                    for (var i = 0; i < 4; i++)
                    {
                        _code.InsertLines(first + i, second);
                        _code.MoveBlock(first + (i * 7), second + i);
                        _code.RenameFile(second + i);
                        _code.Reindent(first + i, second + i);
                    }
                    break;
                case Mutation.SwapDismissedValue:
                    await SwapAsync(first);
                    return;
            }
            // Of equal defects that move or are edited while they move nobody can say which is which: that none is lost is all there is.
            await ScanAsync(exact: kind is Mutation.InsertLines or Mutation.RenameFile or Mutation.ShuffleNames or Mutation.Reindent or Mutation.Rebase);
        }

        /// <summary>Pushes the code as it is and compares.</summary>
        /// <param name="exact">Whether each of several equal defects must keep its own identity; else all of them together keep theirs.</param>
        public async Task ScanAsync(bool exact)
        {
            await worker.ScanAsync(repository, _code.Commit(source, _time++));
            var seen = await ReadAsync();
            foreach (var equals in seen.GroupBy(s => (s.Block.Kind, s.Block.Name)))
            {
                var isNew = equals.All(s => !_findings.ContainsKey(s.Block.Id));
                if (isNew || equals.Key.Kind == BlockKind.Secret || exact)
                    Assert.All(equals, s => Assert.Equal(_findings.GetValueOrDefault(s.Block.Id, s.Finding), s.Finding));
                else
                    Assert.Equal(equals.Select(s => _findings[s.Block.Id]).Order(), equals.Select(s => s.Finding).Order());
                foreach (var (block, finding) in equals) _findings[block.Id] = finding;
            }
            await CheckStatesAsync([.. seen.Select(s => s.Finding)]);
        }

        // The old value is dismissed; the new one on the same line is another leak, which that must not hide.
        private async Task SwapAsync(int number)
        {
            var (old, swapped) = _code.SwapValue(number);
            var dismissed = _findings[old.Id];
            await using (var database = worker.Database())
            {
                await database.Findings.Where(f => f.Id == dismissed).ExecuteUpdateAsync(
                    f => f.SetProperty(x => x.State, FindingState.Dismissed).SetProperty(x => x.DismissReason, DismissReason.AcceptedRisk), Cancellation);
            }
            _dismissed.Add(dismissed);
            var before = _findings.Values.ToHashSet();

            await ScanAsync(exact: true);

            Assert.DoesNotContain(_findings[swapped.Id], before);
        }

        // The finding of each block on the ref; none is missing, and only equal secrets share one.
        private async Task<IReadOnlyList<(Block Block, Guid Finding)>> ReadAsync()
        {
            await using var database = worker.Database();
            var present = await database.FindingInstances.AsNoTracking().Where(i => i.RepositoryId == repository.Id && i.Present).ToListAsync(Cancellation);
            var seen = _code.Places.Select(place => (place.Block, Assert.Single(
                present, i => i.Places.Any(p => p.Path == place.Path && p.StartLine >= place.First && p.StartLine <= place.Last)).FindingId)).ToArray();
            Assert.Equal(seen.Select(s => s.Block.Kind == BlockKind.Secret ? s.Block.Name : $"{s.Block.Id}").Distinct().Count(), seen.Select(s => s.FindingId).Distinct().Count());
            Assert.Equal(present.Select(i => i.FindingId).Order(), seen.Select(s => s.FindingId).Distinct().Order());
            return seen;
        }

        private async Task CheckStatesAsync(HashSet<Guid> present)
        {
            await using var database = worker.Database();
            var findings = await database.Findings.AsNoTracking().Where(f => f.RepositoryId == repository.Id).ToListAsync(Cancellation);
            Assert.All(findings, f => Assert.Equal(_dismissed.Contains(f.Id) ? FindingState.Dismissed : present.Contains(f.Id) ? FindingState.Open : FindingState.Removed, f.State));
            // Nothing but a swapped value was ever taken away.
            Assert.Equal(_findings.Values.Distinct().Order(), findings.Select(f => f.Id).Order());
        }
    }
}

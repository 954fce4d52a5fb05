using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Sentinel.Api.Security;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.Data.Access;

namespace Sentinel.Api.Visibility;

/// <summary>
/// Which repositories a caller may see: administrators all of them, everybody else those that GitHub lets them see. That is known in the
/// database for minutes, and here for seconds.
/// </summary>
internal sealed class PersonVisibility(
    IDbContextFactory<SentinelDbContext> databases, VisibilityRefresh refresh, IOptions<VisibilityOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>How long this instance may be behind the database.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);

    private readonly MemoryCache _views = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    // One for each person ever seen: a few bytes.
    private readonly ConcurrentDictionary<Guid, SemaphoreSlim> _gates = new();

    public async ValueTask<RepositoryView> OfAsync(CurrentUser user, CancellationToken cancellationToken)
    {
        if (user.PersonId is not { } id || user.OwnerRole == Role.Admin) return RepositoryView.All;
        if (_views.TryGetValue(id, out RepositoryView? known)) return known!;
        var gate = _gates.GetOrAdd(id, static _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            // A page makes many requests at once: one of them asks, the others wait for its answer.
            if (_views.TryGetValue(id, out known)) return known!;
            var view = await LoadAsync(id, cancellationToken);
            return _views.Set(id, view, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = KeptFor });
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Forgets what was learnt of a person; nothing for null.</summary>
    public void Forget(Guid? personId)
    {
        if (personId is { } id) _views.Remove(id);
    }

    public void Dispose() => _views.Dispose();

    private async Task<RepositoryView> LoadAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var state = await StateAsync(db, id, cancellationToken);
        if (state is not null && !(state.DueAt > time.GetUtcNow()))
        {
            await refresh.RunAsync(id, cancellationToken);
            state = await StateAsync(db, id, cancellationToken);
        }

        if (state?.ReadAt is not { } read || read < time.GetUtcNow() - options.Value.MaxStale) return RepositoryView.Nothing;
        return RepositoryView.Of(await (
            from mine in db.PersonRepositories
            where mine.PersonId == id
            join repository in db.Repositories on (long?)mine.GitHubId equals repository.GitHubId
            select repository.Id).ToListAsync(cancellationToken));
    }

    private static Task<State?> StateAsync(SentinelDbContext db, Guid id, CancellationToken cancellationToken) =>
        db.People.Where(person => person.Id == id).Select(person => new State(person.VisibilityReadAt, person.VisibilityDueAt)).SingleOrDefaultAsync(cancellationToken);

    private sealed record State(DateTimeOffset? ReadAt, DateTimeOffset? DueAt);
}

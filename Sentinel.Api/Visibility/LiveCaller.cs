using Microsoft.EntityFrameworkCore;
using Sentinel.Api.Security;
using Sentinel.Data;
using Sentinel.Data.Access;

namespace Sentinel.Api.Visibility;

/// <summary>
/// The caller of a stream, looked at again while the stream lasts: it can stay open for hours, in which the session may end and what may
/// be seen may change.
/// </summary>
internal sealed class LiveCaller
{
    private readonly string _token;
    private readonly TokenDirectory _directory;
    private readonly PersonVisibility _visibility;
    private readonly IDbContextFactory<SentinelDbContext> _databases;

    private LiveCaller(string token, IServiceProvider services)
    {
        _token = token;
        _directory = services.GetRequiredService<TokenDirectory>();
        _visibility = services.GetRequiredService<PersonVisibility>();
        _databases = services.GetRequiredService<IDbContextFactory<SentinelDbContext>>();
    }

    public static ValueTask<LiveCaller?> BindAsync(HttpContext context) => ValueTask.FromResult<LiveCaller?>(new LiveCaller(
        BearerAuthentication.TokenOf(context.Request) ?? throw new InvalidOperationException("The endpoint has no policy: nobody is signed in."),
        context.RequestServices));

    /// <summary>What the caller may see now; null when the session is over, and the stream has to end.</summary>
    public async ValueTask<RepositoryView?> LookAsync(CancellationToken cancellationToken) =>
        await _directory.FindAsync(_token, cancellationToken) is { } user ? await _visibility.OfAsync(user, cancellationToken) : null;

    /// <summary>A context that shows what <paramref name="view"/> includes; to be disposed soon, not to be held while a stream lasts.</summary>
    public async Task<SentinelDbContext> OpenAsync(RepositoryView view, CancellationToken cancellationToken)
    {
        var db = await _databases.CreateDbContextAsync(cancellationToken);
        db.LimitTo(view);
        return db;
    }
}

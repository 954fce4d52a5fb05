using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Sentinel.Api.Audit;
using Sentinel.Api.Security;
using Sentinel.Contracts.Sessions;
using Sentinel.Data;
using Sentinel.Data.Access;
using Sentinel.ServiceDefaults;

namespace Sentinel.Api;

/// <summary>
/// <c>--admin-token</c>: prints an API token of an administrator and ends. Whoever can run it has the database's credentials already; with
/// it the first administrator signs in where GitHub is not set up yet, or not any more.
/// </summary>
internal static class AdminTokenVerb
{
    /// <summary>Long enough to make the GitHub App.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private const string Argument = "--admin-token";
    private const string Operator = "operator";

    /// <summary>0 when the token was printed, 1 when the database took none (standard error says why); null when not asked.</summary>
    public static async Task<int?> TryRunAsync(string[] args)
    {
        if (!args.Contains(Argument, StringComparer.Ordinal)) return null;
        var builder = WebApplication.CreateBuilder(args);
        // The database is all it needs, as for migrating.
        builder.AddServiceDefaults("migrations");
        builder.AddSentinelDatabase();
        // Standard output is the token alone, so that it can be taken from there.
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        await using var db = await app.Services.GetRequiredService<IDbContextFactory<SentinelDbContext>>().CreateDbContextAsync();
        try
        {
            await Console.Out.WriteLineAsync(await MakeAsync(db, app.Services.GetRequiredService<TimeProvider>(), CancellationToken.None));
            return 0;
        }
        catch (Exception exception) when (exception.GetBaseException() is NpgsqlException or SocketException)
        {
            await Console.Error.WriteLineAsync($"No token was made: {exception.GetBaseException().Message}. Check DATABASE_URL, and that the API was run with --migrate.");
            return 1;
        }
    }

    internal static async Task<string> MakeAsync(SentinelDbContext db, TimeProvider time, CancellationToken cancellationToken)
    {
        var value = TokenFormat.Create(TokenFormat.ApiPrefix);
        var now = time.GetUtcNow();
        var token = new AccessToken
        {
            Kind = AccessTokenKind.ApiToken,
            Name = "Made on the command line",
            Hash = TokenFormat.Hash(value),
            Owner = Operator,
            Role = Role.Admin,
            CreatedAt = now,
            ExpiresAt = now + Lifetime,
        };
        db.AccessTokens.Add(token);
        new AuditTrail(db, time).Add(Operator, "token.created", "token", token.Id.ToString(), new { token.Name, token.Role, token.ExpiresAt });
        await db.SaveChangesAsync(cancellationToken);
        return value;
    }
}

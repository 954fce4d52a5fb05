using System.Net.Sockets;
using Npgsql;

namespace Sentinel.Api.Problems;

/// <summary>Tells a database that is away from a statement that is wrong.</summary>
internal static class DatabaseFaults
{
    public static bool IsUnavailable(Exception exception) => Chain(exception).Any(item => item switch
    {
        // Class 57P is a shutdown, 08 a broken connection, 53 a server without resources; 58 and XX are the server's own faults.
        PostgresException postgres => postgres.SqlState is ['5', '7', 'P', ..] or ['0', '8', ..] or ['5', '3', ..] or ['2', '5', '0', '0', '6'],
        NpgsqlException npgsql => npgsql.IsTransient || npgsql.InnerException is IOException or SocketException or TimeoutException or null,
        TimeoutException or SocketException => true,
        _ => false,
    });

    /// <summary>Two transactions got in each other's way; the same work may be tried again at once.</summary>
    public static bool IsContention(Exception exception) => Chain(exception).OfType<PostgresException>()
        .Any(postgres => postgres.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure);

    public static bool IsUniqueViolation(Exception exception) => Chain(exception).OfType<PostgresException>()
        .Any(postgres => postgres.SqlState is PostgresErrorCodes.UniqueViolation);

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (var current = exception; current is not null; current = current.InnerException!) yield return current;
    }
}

using Npgsql;
using NpgsqlTypes;

namespace Sentinel.Api.Webhooks;

/// <summary>Adds one array parameter per column, in the order of the statement's $1, $2 and so on.</summary>
internal sealed class ColumnArrays(NpgsqlCommand command)
{
    public void Add<T>(NpgsqlDbType type, IEnumerable<T> values) =>
        command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type });
}

using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Sentinel.Contracts;

namespace Sentinel.Data;

/// <summary>Stores contract records as jsonb in the dialect of the API.</summary>
internal static class JsonColumn
{
    // jsonb refuses the escape of NUL, which System.Text.Json writes for it.
    private const string EscapedNul = "\\u0000";

    public static ValueConverter<T, string> Converter<T>() =>
        new(value => Write(value), json => JsonSerializer.Deserialize<T>(json, SentinelJson.Options)!);

    public static ValueComparer<T> Comparer<T>() where T : class =>
        new((a, b) => Write(a) == Write(b), value => Write(value).GetHashCode(StringComparison.Ordinal), value => value);

    private static string Write<T>(T value) =>
        JsonSerializer.Serialize(value, SentinelJson.Options).Replace(EscapedNul, "\\ufffd", StringComparison.Ordinal);
}

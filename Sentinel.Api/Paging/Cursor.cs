using System.Buffers.Text;
using System.Text.Json;

namespace Sentinel.Api.Paging;

/// <summary>
/// An opaque place in a list: the sort key of the last item shown. A list paged by key neither repeats nor skips items when
/// rows come and go between two pages, and its thousandth page costs what its first does.
/// </summary>
internal static class Cursor
{
    private const int MaxLength = 512;

    public static string Encode<TKey>(TKey key) => Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(key));

    /// <summary>False when the text was not made by <see cref="Encode"/> for the same list.</summary>
    public static bool TryDecode<TKey>(string? text, out TKey? key)
        where TKey : class
    {
        key = null;
        if (string.IsNullOrEmpty(text)) return true;
        if (text.Length > MaxLength || !Base64Url.IsValid(text)) return false;
        try
        {
            key = JsonSerializer.Deserialize<TKey>(Base64Url.DecodeFromChars(text));
            return key is not null;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

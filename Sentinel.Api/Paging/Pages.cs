using Microsoft.AspNetCore.Http.HttpResults;
using Sentinel.Api.Problems;
using Sentinel.Contracts;

namespace Sentinel.Api.Paging;

/// <summary>Makes a page out of one row more than it shows: the extra row says that there is a next page.</summary>
internal static class Pages
{
    public static Page<TItem> Of<TItem, TKey>(List<TItem> rows, int limit, Func<TItem, TKey> key) =>
        rows.Count <= limit
            ? new Page<TItem>(rows, null)
            : new Page<TItem>(rows[..limit], Cursor.Encode(key(rows[limit - 1])));

    public static ValidationProblem BadCursor() => ProblemTypes.Invalid("after", "The cursor is not one that this list gave.");
}

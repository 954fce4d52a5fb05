namespace Sentinel.Web;

/// <summary>What a call to the API gave: a value, or the reason why there is none. Never an exception for the page to guess at.</summary>
public sealed record ApiResult<T>(T? Value, ApiError? Error);

/// <summary>Makes results.</summary>
public static class ApiResult
{
    public static ApiResult<T> Ok<T>(T value) => new(value, null);

    public static ApiResult<T> Failed<T>(ApiError error) => new(default, error);
}

/// <summary>The answer of a call that returns nothing of use.</summary>
public sealed record Done
{
    public static Done Instance { get; } = new();
}

/// <summary>A failed call in the words of the API's problem details.</summary>
/// <param name="Status">HTTP status; null when no answer came.</param>
/// <param name="RequestId">Leads to the journey of the call and to the log lines.</param>
/// <param name="Fields">Faults by field of a rejected form; empty otherwise.</param>
/// <param name="Type">The API's stable URI for this kind of failure; null when no answer came or it named none.</param>
public sealed record ApiError(
    int? Status, string Title, string? Detail, string RequestId, IReadOnlyDictionary<string, string[]> Fields, string? Type = null)
{
    public bool IsNotFound => Status == StatusCodes.Status404NotFound;

    public bool IsUnauthorized => Status == StatusCodes.Status401Unauthorized;

    public bool IsForbidden => Status == StatusCodes.Status403Forbidden;

    /// <summary>One line for a message box.</summary>
    public string Summary => Fields.Count > 0
        ? string.Join(' ', Fields.SelectMany(f => f.Value))
        : string.IsNullOrEmpty(Detail) ? Title : Detail;
}

namespace Sentinel.Web.Security;

/// <summary>What went wrong, as a short code in the address of the page that has words for it: the API's own words may hold more than an address should.</summary>
internal static class ProblemReason
{
    private const string Prefix = "urn:sentinel:problem:";

    /// <param name="kind">How the API's types of this kind begin.</param>
    /// <param name="otherwise">For every other failure.</param>
    public static string Of(ApiError? error, string kind, string otherwise) => error switch
    {
        { Type: { } type } when type.StartsWith(Prefix + kind, StringComparison.Ordinal) => type[Prefix.Length..],
        { Status: StatusCodes.Status429TooManyRequests } => "too-many",
        { Status: null } => "no-api",
        _ => otherwise,
    };
}

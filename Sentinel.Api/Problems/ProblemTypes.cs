using Microsoft.AspNetCore.Http.HttpResults;

namespace Sentinel.Api.Problems;

/// <summary>One stable URI per kind of failure: clients switch on it, people read the title.</summary>
internal static class ProblemTypes
{
    public const string Prefix = "urn:sentinel:problem:";

    public const string Unauthorized = Prefix + "unauthorized";
    public const string Forbidden = Prefix + "forbidden";
    public const string NotFound = Prefix + "not-found";
    public const string MethodNotAllowed = Prefix + "method-not-allowed";
    public const string Validation = Prefix + "validation";
    public const string Malformed = Prefix + "malformed-request";
    public const string Conflict = Prefix + "conflict";
    public const string TooLarge = Prefix + "too-large";
    public const string UnsupportedMediaType = Prefix + "unsupported-media-type";
    public const string RateLimited = Prefix + "rate-limited";
    public const string Unavailable = Prefix + "unavailable";
    public const string Internal = Prefix + "internal";
    public const string BadSignature = Prefix + "webhook-signature";
    public const string BadPayload = Prefix + "webhook-payload";
    public const string RefusedUrl = Prefix + "refused-url";
    public const string LocalSignInRefused = Prefix + "local-sign-in-refused";
    public const string SignInOff = Prefix + "sign-in-off";
    public const string SignInState = Prefix + "sign-in-state";
    public const string SignInDeclined = Prefix + "sign-in-declined";
    public const string SignInCode = Prefix + "sign-in-code";
    public const string SignInOrganization = Prefix + "sign-in-organisation";
    public const string SignInUnavailable = Prefix + "sign-in-unavailable";
    public const string SignInSetup = Prefix + "sign-in-setup";
    public const string GitHubAppState = Prefix + "github-app-state";
    public const string GitHubAppCode = Prefix + "github-app-code";
    public const string GitHubAppExists = Prefix + "github-app-exists";
    public const string GitHubAppKey = Prefix + "github-app-key";
    public const string GitHubAppUnavailable = Prefix + "github-app-unavailable";
    public const string CrossSite = Prefix + "cross-site";

    /// <summary>The kind that a bare status code stands for.</summary>
    public static string FromStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => Malformed,
        StatusCodes.Status401Unauthorized => Unauthorized,
        StatusCodes.Status403Forbidden => Forbidden,
        StatusCodes.Status404NotFound => NotFound,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status409Conflict => Conflict,
        StatusCodes.Status413PayloadTooLarge => TooLarge,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status429TooManyRequests => RateLimited,
        StatusCodes.Status503ServiceUnavailable => Unavailable,
        >= 500 => Internal,
        _ => Prefix + "status-" + status.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    public static ProblemHttpResult Problem(int status, string type, string detail) =>
        TypedResults.Problem(detail, statusCode: status, type: type);

    public static ProblemHttpResult Missing(string thing) =>
        Problem(StatusCodes.Status404NotFound, NotFound, $"There is no such {thing}.");

    public static ValidationProblem Invalid(string field, string message) => TypedResults.ValidationProblem(
        new Dictionary<string, string[]>(StringComparer.Ordinal) { [field] = [message] }, type: Validation);
}

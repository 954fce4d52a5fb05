using System.Text.RegularExpressions;

namespace Sentinel.ServiceDefaults.Requests;

/// <summary>The identifier that follows one request through all services.</summary>
public static partial class RequestIds
{
    /// <summary>Request and response header.</summary>
    public const string HeaderName = "X-Request-ID";

    /// <summary>Key in the activity's baggage and tags.</summary>
    public const string BaggageKey = "request.id";

    /// <summary>A new identifier: a version 7 UUID, so that identifiers sort by time.</summary>
    public static string New() => Guid.CreateVersion7().ToString("D");

    /// <summary>Whether a caller's identifier is taken over: 1 to 64 of letters, digits, dot, underscore, hyphen.</summary>
    public static bool IsValid(string? value) => value is not null && Shape().IsMatch(value);

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}

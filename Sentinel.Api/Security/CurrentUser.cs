using System.Globalization;
using System.Security.Claims;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Api.Security;

/// <summary>Who is calling: the owner of a token or of a session.</summary>
internal sealed record CurrentUser(Guid TokenId, string Login, Role Role, DateTimeOffset ExpiresAt, bool IsApiToken)
{
    public static readonly string TokenIdClaim = "sentinel:token";
    private const string ExpiresClaim = "sentinel:expires";
    private const string KindClaim = "sentinel:kind";

    public ClaimsPrincipal ToPrincipal(string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.Name, Login),
            new Claim(ClaimTypes.Role, Role.ToString()),
            new Claim(TokenIdClaim, TokenId.ToString()),
            new Claim(ExpiresClaim, ExpiresAt.ToString("O", CultureInfo.InvariantCulture)),
            new Claim(KindClaim, IsApiToken ? "token" : "session"),
        ],
        scheme));

    public static CurrentUser From(ClaimsPrincipal principal)
    {
        string Claim(string type) =>
            principal.FindFirstValue(type) ?? throw new InvalidOperationException("The endpoint has no policy: nobody is signed in.");
        return new CurrentUser(
            Guid.Parse(Claim(TokenIdClaim)),
            Claim(ClaimTypes.Name),
            Enum.Parse<Role>(Claim(ClaimTypes.Role)),
            DateTimeOffset.Parse(Claim(ExpiresClaim), CultureInfo.InvariantCulture),
            Claim(KindClaim) == "token");
    }

    public static ValueTask<CurrentUser?> BindAsync(HttpContext context) => ValueTask.FromResult<CurrentUser?>(From(context.User));
}

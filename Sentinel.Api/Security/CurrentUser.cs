using System.Globalization;
using System.Security.Claims;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Api.Security;

/// <summary>Who is calling: the owner of a token or of a session.</summary>
/// <param name="Role">What may be done: the token's role, and never more than the owner's.</param>
/// <param name="OwnerRole">The owner's own role, on which it depends what is seen.</param>
/// <param name="PersonId">Null for somebody who signed in locally.</param>
internal sealed record CurrentUser(
    Guid TokenId, string Login, Role Role, DateTimeOffset ExpiresAt, bool IsApiToken, Role OwnerRole = Role.Admin, Guid? PersonId = null)
{
    public static readonly string TokenIdClaim = "sentinel:token";
    private const string ExpiresClaim = "sentinel:expires";
    private const string KindClaim = "sentinel:kind";
    private const string OwnerRoleClaim = "sentinel:owner-role";
    private const string PersonClaim = "sentinel:person";

    public ClaimsPrincipal ToPrincipal(string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.Name, Login),
            new Claim(ClaimTypes.Role, Role.ToString()),
            new Claim(TokenIdClaim, TokenId.ToString()),
            new Claim(ExpiresClaim, ExpiresAt.ToString("O", CultureInfo.InvariantCulture)),
            new Claim(KindClaim, IsApiToken ? "token" : "session"),
            new Claim(OwnerRoleClaim, OwnerRole.ToString()),
            .. PersonId is { } person ? [new Claim(PersonClaim, person.ToString())] : Array.Empty<Claim>(),
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
            Claim(KindClaim) == "token",
            Enum.Parse<Role>(Claim(OwnerRoleClaim)),
            principal.FindFirstValue(PersonClaim) is { } person ? Guid.Parse(person) : null);
    }

    public static ValueTask<CurrentUser?> BindAsync(HttpContext context) => ValueTask.FromResult<CurrentUser?>(From(context.User));
}

using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Sentinel.Contracts.Sessions;

namespace Sentinel.Web.Security;

/// <summary>
/// The API's session token, kept as a claim inside the encrypted authentication ticket. It is read on the server only:
/// the browser holds the sealed cookie and never the token.
/// </summary>
public sealed class SessionTokens(AuthenticationStateProvider authentication)
{
    internal const string TokenClaim = "sentinel:session";

    private ClaimsPrincipal? _endpointUser;

    /// <summary>Tells who is calling in a plain endpoint, where no component has an authentication state yet.</summary>
    internal void ActAs(ClaimsPrincipal user) => _endpointUser = user;

    public async ValueTask<string?> CurrentAsync()
    {
        if (_endpointUser is not null)
            return _endpointUser.FindFirstValue(TokenClaim);
        var state = await authentication.GetAuthenticationStateAsync();
        return state.User.FindFirstValue(TokenClaim);
    }

    internal static ClaimsPrincipal PrincipalFor(SessionCreated session, string scheme) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.Name, session.Login),
            new Claim(ClaimTypes.Role, session.Role.ToString()),
            new Claim(TokenClaim, session.Token),
        ],
        scheme, ClaimTypes.Name, ClaimTypes.Role));
}

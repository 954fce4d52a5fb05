using System.Security.Claims;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using MudBlazor.Services;
using Sentinel.Tests.Web.Fakes;
using Sentinel.Web;
using Sentinel.Web.Security;

namespace Sentinel.Tests.Web.Components;

/// <summary>Components rendered as in a circuit, calling the fake API over real HTTP.</summary>
internal sealed class DashboardContext : BunitContext
{
    public DashboardContext(FakeApi api, string role = "Admin")
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices();
        Services.AddSingleton(TimeProvider.System);
        Services.AddSingleton<IConfiguration>(new ConfigurationManager());
        Services.AddScoped<SessionTokens>();
        Services.AddScoped(s => new SentinelClient(new ApiTransport(
            new HttpClient { BaseAddress = new Uri(api.Url) }, s.GetRequiredService<SessionTokens>(), NullLogger<ApiTransport>.Instance)));
        this.AddAuthorization().SetAuthorized("mira").SetRoles(role).SetClaims(new Claim(SessionTokens.TokenClaim, FakeApi.Token));
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
    }
}

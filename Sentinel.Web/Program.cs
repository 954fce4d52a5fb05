using Sentinel.ServiceDefaults;
using Sentinel.ServiceDefaults.Health;
using Sentinel.Web;
using Sentinel.Web.Security;

if (await HealthcheckVerb.TryRunAsync(args, ServicePorts.Web) is { } exitCode)
    return exitCode;

var builder = WebApplication.CreateBuilder(args);
// Components' own files are found in development layouts too; a published application has them in wwwroot already.
builder.WebHost.UseStaticWebAssets();
builder.AddServiceDefaults("web");
builder.AddSentinelSignIn();
builder.AddSentinelClient();
builder.AddApiForwarding();
builder.AddDashboard();

var app = builder.Build();
app.MapDefaultEndpoints();
app.UseSecurityHeaders();
app.UseDashboardErrors();
app.UseAuthentication();
app.UseAuthorization();
app.UseAntiforgery();
app.MapSignIn();
app.MapApiForwarding();
app.MapDashboard();

await app.RunAsync();
return 0;

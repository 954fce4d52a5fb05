using Sentinel.Api;
using Sentinel.ServiceDefaults;

if (await HealthcheckVerb.TryRunAsync(args) is { } health) return health;
if (await MigrateVerb.TryRunAsync(args) is { } migrated) return migrated;

var app = WebApplication.CreateBuilder(args).AddApi().Build().MapApi();
await app.RunAsync();
return 0;

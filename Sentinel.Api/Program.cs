using Sentinel.Api;
using Sentinel.Data;
using Sentinel.ServiceDefaults;

if (await HealthcheckVerb.TryRunAsync(args) is { } health) return health;
if (await MigrateVerb.TryRunAsync(args) is { } migrated) return migrated;
if (await AdminTokenVerb.TryRunAsync(args) is { } made) return made;
if (await AwaitMigrationsVerb.TryRunAsync(args) is { } awaited) return awaited;

var app = WebApplication.CreateBuilder(args).AddApi().Build().MapApi();
await app.RunAsync();
return 0;

using Sentinel.Data;
using Sentinel.ServiceDefaults;
using Sentinel.Worker;

if (await HealthcheckVerb.TryRunAsync(args, ServicePorts.Worker) is { } health) return health;
if (await AwaitMigrationsVerb.TryRunAsync(args) is { } awaited) return awaited;

var app = WebApplication.CreateBuilder(args).AddWorker().Build().MapDefaultEndpoints();
await app.RunAsync();
return 0;

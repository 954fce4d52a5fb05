using Sentinel.ServiceDefaults;
using Sentinel.Worker;

if (await HealthcheckVerb.TryRunAsync(args, ServicePorts.Worker) is { } health) return health;

var app = WebApplication.CreateBuilder(args).AddWorker().Build().MapDefaultEndpoints();
await app.RunAsync();
return 0;

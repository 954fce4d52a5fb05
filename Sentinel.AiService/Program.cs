using Sentinel.AiService;
using Sentinel.ServiceDefaults;

if (await HealthcheckVerb.TryRunAsync(args, ServicePorts.AiService) is { } health) return health;

var app = WebApplication.CreateBuilder(args).AddAiService().Build().MapAiService();
await app.RunAsync();
return 0;

using StackExchange.Redis;

namespace Sentinel.AiService.Budgets;

internal static class BudgetRegistration
{
    public static void AddBudgets(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<BudgetOptions>().BindConfiguration(BudgetOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<MemoryCounters>();
        if (builder.Services.Any(s => s.ServiceType == typeof(IConnectionMultiplexer))) builder.Services.AddSingleton<RedisCounters>();
        builder.Services.AddSingleton<Budget>();
    }
}

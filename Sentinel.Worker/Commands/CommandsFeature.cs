using Sentinel.Worker.Outbox;

namespace Sentinel.Worker.Commands;

/// <summary>Carries out and answers what people write to Sentinel in comments of pull requests.</summary>
internal static class CommandsFeature
{
    public static void AddCommands(this IServiceCollection services)
    {
        services.AddSingleton<IgnoreCommand>();
        services.AddSingleton<RescanCommand>();
        services.AddSingleton<ExplainCommand>();
        services.AddOutboxHandler<CommandHandler>();
    }
}

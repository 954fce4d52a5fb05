namespace Sentinel.Worker.CustomRules;

/// <summary>Tries rules of the organisation before they are put to work.</summary>
internal static class CustomRulesFeature
{
    public static void AddCustomRules(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<DryRunOptions>().BindConfiguration(DryRunOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<RepositoryTrial>();
        builder.Services.AddHostedService<DryRuns>();
    }
}

namespace Sentinel.AiService.Redaction;

internal static class RedactionRegistration
{
    public static void AddRedaction(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ConfiguredSecrets>();
        builder.Services.AddSingleton<Redactor>();
    }
}

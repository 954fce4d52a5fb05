namespace Sentinel.Api.Audit;

/// <summary>The record of who changed what.</summary>
internal static class AuditFeature
{
    public static IServiceCollection AddAudit(this IServiceCollection services) => services.AddScoped<AuditTrail>();
}

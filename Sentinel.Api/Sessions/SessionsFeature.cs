namespace Sentinel.Api.Sessions;

/// <summary>The ways of signing in.</summary>
internal static class SessionsFeature
{
    public static IServiceCollection AddSessions(this IServiceCollection services) => services
        .AddSingleton<LocalSignIn>()
        .AddSingleton<GitHubSignIn>()
        .AddSingleton<OrganizationRule>()
        .AddSingleton<FirstAdministrator>()
        .AddSingleton<PersonTokens>()
        .AddSingleton<PersonSignIn>();
}

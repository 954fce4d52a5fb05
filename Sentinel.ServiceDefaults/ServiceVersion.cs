using System.Reflection;

namespace Sentinel.ServiceDefaults;

/// <summary>The version of the running service.</summary>
public static class ServiceVersion
{
    /// <summary>As built, for instance <c>0.1.0</c>, with the commit after a plus sign where the build knew it.</summary>
    public static string Current { get; } =
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
}

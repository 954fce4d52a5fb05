namespace Sentinel.ServiceDefaults;

/// <summary>Ports that services listen on when <c>PORT</c> is not set.</summary>
public static class ServicePorts
{
    /// <summary>Sentinel.Api.</summary>
    public const int Api = 3001;

    /// <summary>Sentinel.Worker.</summary>
    public const int Worker = 3002;

    /// <summary>Sentinel.AiService.</summary>
    public const int AiService = 3003;

    /// <summary>Sentinel.Web.</summary>
    public const int Web = 8080;

    internal static int Of(string serviceName) => serviceName switch
    {
        "worker" => Worker,
        "ai-service" => AiService,
        "web" => Web,
        _ => Api,
    };
}

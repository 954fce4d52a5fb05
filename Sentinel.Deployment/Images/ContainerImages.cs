using Sentinel.Deployment.Model;

namespace Sentinel.Deployment.Images;

/// <summary>Names and facts of the images that every target uses.</summary>
internal static class ContainerImages
{
    /// <summary>User of .NET's chiseled images: https://github.com/dotnet/dotnet-docker/blob/main/documentation/ubuntu-chiseled.md.</summary>
    public const int UserId = 1654;

    /// <summary>PostgreSQL, from Docker's official images.</summary>
    public const string Postgres = "docker.io/library/postgres:17.6";

    /// <summary>Valkey: Redis' protocol under a free licence.</summary>
    public const string Redis = "docker.io/valkey/valkey:8.1.3";

    /// <summary>User of PostgreSQL's Debian image.</summary>
    public const int PostgresUserId = 999;

    /// <summary>User of Valkey's Debian image.</summary>
    public const int RedisUserId = 999;

    /// <summary>Where the images are pushed, unless an operator says otherwise.</summary>
    public const string Registry = "ghcr.io/sentinel-devsecops";

    /// <summary>Name of a service's image, without registry and tag.</summary>
    public static string Name(ServiceModel service) => $"sentinel-{service.Image}";

    /// <summary>The service's assembly, which is its entry point.</summary>
    public static string Assembly(ServiceModel service) => $"{service.Project}.dll";
}

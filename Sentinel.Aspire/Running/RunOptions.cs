using System.Net;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration;

namespace Sentinel.Aspire.Running;

/// <summary>What the person who starts the application asked for, from arguments and environment.</summary>
internal sealed class RunOptions
{
    public const string Usage = """
        Starts all of Sentinel on this machine: PostgreSQL, the Redis protocol server, the API, two workers, the AI service and the dashboard.

        Usage: dotnet run --project Sentinel.AppHost [-- options]

          --scan <path or git URL>   scan this repository when everything is up, and print what was found
          --exit                     with --scan: stop everything afterwards (exit code 0 done, 2 the scan failed)
          --reset                    remove the data of earlier runs first
          --help                     print this text

        Environment:
          API_PORT, WEB_PORT         ports of the API (3001) and the dashboard (8080)
          DATABASE_URL, REDIS_URL    use these servers instead of starting some
          SENTINEL_DATA_DIR          where the data is kept
          SENTINEL_CACHE_DIR         where a downloaded PostgreSQL is kept
          API_KEY                    Google Gemini API key; without it findings carry the rules' own guidance

        Settings may also be given as arguments: -- API_PORT=3005
        """;

    private static readonly string[] Flags = ["--reset", "--exit", "--help", "-h"];

    private RunOptions(string[] args)
    {
        Reset = args.Contains("--reset");
        Exit = args.Contains("--exit");
        Help = args.Contains("--help") || args.Contains("-h");
        ScanGiven = args.Contains("--scan");
        var value = Array.IndexOf(args, "--scan") + 1;
        Scan = ScanGiven && value < args.Length && !args[value].StartsWith("--", StringComparison.Ordinal) ? args[value] : null;
        ConfigurationArguments = [.. args.Where((a, i) => !Flags.Contains(a) && a != "--scan" && !(Scan is not null && i == value))];
    }

    public bool Reset { get; }

    public bool Exit { get; }

    public bool Help { get; }

    public string? Scan { get; }

    /// <summary>What is left for the configuration, such as API_PORT=3005.</summary>
    public string[] ConfigurationArguments { get; }

    public string DataDirectory { get; set; } = "";

    public string CacheDirectory { get; set; } = "";

    /// <summary>Where published projects are, in an image that has no sources; null: each project's build output.</summary>
    public string? ApplicationsDirectory { get; private set; }

    /// <summary>Address that external endpoints listen on.</summary>
    public string BindAddress { get; private set; } = "127.0.0.1";

    /// <summary>Tests take free ports instead of the ones in the model, so that two of them can run at once.</summary>
    public bool RandomizePorts { get; set; }

    public bool OwnsDataDirectory { get; set; }

    public TimeSpan RestartDelay { get; set; } = TimeSpan.FromSeconds(1);

    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(7);

    public SecretStore Secrets => field ??= new SecretStore(Path.Combine(DataDirectory, "secrets"));

    private bool ScanGiven { get; }

    public static RunOptions Parse(string[] args)
    {
        var options = new RunOptions(args);
        if (options.ScanGiven && options.Scan is null) throw new DistributedApplicationException("--scan needs a path or a git URL, e.g. --scan .");
        if (options.Exit && options.Scan is null) throw new DistributedApplicationException("--exit only goes with --scan.");
        return options;
    }

    /// <summary>The options of the application that is being built.</summary>
    public static RunOptions Of(IDistributedApplicationBuilder builder) =>
        (RunOptions)builder.Services.First(s => s.ServiceType == typeof(RunOptions)).ImplementationInstance!;

    public void Configure(IConfiguration configuration)
    {
        RandomizePorts = configuration.GetValue("DcpPublisher:RandomizePorts", RandomizePorts);
        DataDirectory = Path.GetFullPath(configuration["SENTINEL_DATA_DIR"] is { Length: > 0 } data ? data : UserDirectory(Environment.SpecialFolder.LocalApplicationData, "/var/lib/sentinel"));
        ApplicationsDirectory = configuration["SENTINEL_APPLICATIONS_DIR"] is { Length: > 0 } applications ? Path.GetFullPath(applications) : null;
        if (configuration["SENTINEL_BIND_ADDRESS"] is { Length: > 0 } address)
            BindAddress = IPAddress.TryParse(address, out _) ? address : throw new DistributedApplicationException($"SENTINEL_BIND_ADDRESS is '{address}', which is no IP address. Example: 0.0.0.0");
        CacheDirectory = Path.GetFullPath(configuration["SENTINEL_CACHE_DIR"] is { Length: > 0 } cache ? cache : CacheDefault());
    }

    private static string CacheDefault()
    {
        if (OperatingSystem.IsWindows()) return UserDirectory(Environment.SpecialFolder.LocalApplicationData, "");
        if (Environment.IsPrivilegedProcess) return "/var/cache/sentinel";
        return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
            ? Path.Combine(cache, "sentinel")
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "sentinel");
    }

    // PostgreSQL runs as another user when we are root, and that user cannot see into root's home.
    private static string UserDirectory(Environment.SpecialFolder folder, string root) =>
        Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows()
            ? root
            : Path.Combine(Environment.GetFolderPath(folder, Environment.SpecialFolderOption.DoNotVerify), "sentinel");
}

using System.Reflection;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Sentinel.Aspire.Running;

/// <summary>Collects the model, then builds the host that runs or publishes it.</summary>
internal sealed class ApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder _host;
    private readonly Pipeline _pipeline = new();

    public ApplicationBuilder(DistributedApplicationOptions options)
    {
        var interception = EntryPointInterception.Current;
        interception?.Configure(options);
        var run = RunOptions.Parse(options.Args ?? []);
        _host = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = run.ConfigurationArguments,
            EnvironmentName = EnvironmentName(),
        });
        if (interception is not null) _host.Configuration.AddInMemoryCollection(interception.Settings);
        run.Configure(Configuration);
        run.OwnsDataDirectory = interception is not null;

        AppHostAssembly = options.AssemblyName is { } name ? Assembly.Load(name) : interception?.EntryAssembly ?? Assembly.GetEntryAssembly();
        AppHostDirectory = options.ProjectDirectory ?? AppHostAssembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "apphostprojectpath")?.Value ?? Directory.GetCurrentDirectory();
        var publish = Configuration["Publishing:Publisher"] is not null || Configuration["publisher"] is not null || Configuration["operation"] == "publish";
        ExecutionContext = new DistributedApplicationExecutionContext(publish ? DistributedApplicationOperation.Publish : DistributedApplicationOperation.Run, Configuration["publisher"] ?? "manifest");
        if (Configuration["step"] is { Length: > 0 } step) _pipeline.Wanted = step;
        AddServices(run, interception is not null);
    }

    public ConfigurationManager Configuration => _host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => _host.Environment;

    public IServiceCollection Services => _host.Services;

    public IDistributedApplicationEventing Eventing { get; } = new EventHub();

    public IDistributedApplicationPipeline Pipeline => _pipeline;

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IResourceCollection Resources { get; } = new ResourceCollection();

    public IResourceBuilder<T> AddResource<T>(T resource) where T : IResource
    {
        if (Resources.TryGetByName(resource.Name, out _)) throw new DistributedApplicationException($"There are two resources named '{resource.Name}'. Names must be unique, whatever their case.");
        if (resource.Name.Length > 64 || !resource.Name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') || !char.IsAsciiLetter(resource.Name[0]))
            throw new ArgumentException($"The name '{resource.Name}' is not valid: up to 64 ASCII letters, digits and hyphens, beginning with a letter.", nameof(resource));
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource) where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build()
    {
        if (EntryPointInterception.Current is not { } interception) return BuildApplication();

        // A test runs the entry point: it may change the model first, and it owns what is built.
        interception.HandOver(this);
        throw new HostAbortedException("The application is run by the test that called its entry point.");
    }

    internal DistributedApplication BuildApplication()
    {
        if (ExecutionContext.IsRunMode) _host.Services.AddHostedService<Orchestrator>();
        return new DistributedApplication(_host.Build());
    }

    private static string EnvironmentName() =>
        System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") is { Length: > 0 } dotnet ? dotnet
        : System.Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT") is { Length: > 0 } aspnet ? aspnet
        : Environments.Development;

    private void AddServices(RunOptions run, bool quiet)
    {
        var services = _host.Services;
        services.AddSingleton(run);
        services.AddSingleton(ExecutionContext);
        services.AddSingleton(Eventing);
        services.AddSingleton(Pipeline);
        services.AddSingleton(Resources);
        services.AddSingleton(new DistributedApplicationModel(Resources));
        services.AddSingleton(_ => new ResourceNotificationService());
        services.AddSingleton<ResourceLoggerService>();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(s => new RunConsole(s.GetRequiredService<ResourceLoggerService>()) { Quiet = quiet && Configuration["SENTINEL_TEST_OUTPUT"] is null });
        services.AddSingleton(s => new RunContext(
            run, s.GetRequiredService<RunConsole>(), s.GetRequiredService<ResourceNotificationService>(), Eventing, ExecutionContext, Environment, s, s.GetRequiredService<TimeProvider>()));
        services.AddHealthChecks();
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        services.Configure<ConsoleLifetimeOptions>(o => o.SuppressStatusMessages = true);
        _host.Logging.ClearProviders();
        _host.Logging.AddSimpleConsole(o => o.SingleLine = true).SetMinimumLevel(LogLevel.Warning)
            // A failed start is thrown to the caller, who says it once and without a stack.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
    }
}

using System.Reflection;
using Aspire.Hosting;
using Microsoft.Extensions.Hosting;

namespace Sentinel.Aspire.Running;

/// <summary>Runs an app host's entry point for a test up to the point where it would build the application.</summary>
internal sealed class EntryPointInterception(Assembly entryAssembly, string[] args, Action<DistributedApplicationOptions>? configure)
{
    private static readonly AsyncLocal<EntryPointInterception?> Ambient = new();
    private readonly TaskCompletionSource<ApplicationBuilder> _built = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static EntryPointInterception? Current => Ambient.Value;

    public Assembly EntryAssembly { get; } = entryAssembly;

    /// <summary>Free ports and a data directory of its own, so that tests run beside each other and beside a person's Sentinel.</summary>
    public Dictionary<string, string?> Settings { get; } = new()
    {
        ["DcpPublisher:RandomizePorts"] = args.Any(a => a.Contains("RandomizePorts", StringComparison.OrdinalIgnoreCase)) ? null : "true",
        ["SENTINEL_DATA_DIR"] = Path.Combine(Path.GetTempPath(), $"sentinel-test-{Guid.NewGuid():N}"),
    };

    /// <summary>A builder that no entry point has filled.</summary>
    public static ApplicationBuilder Create(string[] args)
    {
        Ambient.Value = new EntryPointInterception(Assembly.GetCallingAssembly(), args, configure: null);
        try
        {
            return new ApplicationBuilder(new DistributedApplicationOptions { Args = args });
        }
        finally
        {
            Ambient.Value = null;
        }
    }

    public void Configure(DistributedApplicationOptions options)
    {
        options.Args = [.. options.Args ?? [], .. args.Except(options.Args ?? [], StringComparer.Ordinal)];
        configure?.Invoke(options);
    }

    public void HandOver(ApplicationBuilder builder) => _built.TrySetResult(builder);

    public async Task<ApplicationBuilder> RunAsync(CancellationToken cancellationToken)
    {
        var main = EntryAssembly.EntryPoint ?? throw new DistributedApplicationException($"{EntryAssembly.GetName().Name} has no entry point.");
        _ = Task.Run(() => InvokeAsync(main), CancellationToken.None);
        return await _built.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task InvokeAsync(MethodInfo main)
    {
        Ambient.Value = this;
        try
        {
            var result = main.Invoke(null, main.GetParameters().Length == 0 ? [] : [args]);
            if (result is Task task) await task.ConfigureAwait(false);
            _built.TrySetException(new DistributedApplicationException($"The entry point of {EntryAssembly.GetName().Name} ended without building an application."));
        }
        catch (Exception e)
        {
            // After the hand-over this is the abort that ends the entry point; before it, the test must see it.
            var cause = e is TargetInvocationException { InnerException: { } inner } ? inner : e;
            if (cause is not HostAbortedException) _built.TrySetException(cause);
        }
    }
}

using System.Globalization;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Sentinel.Aspire.Running;

/// <summary>Turns the model's callbacks into the variables and arguments of one replica.</summary>
internal static class ProcessEnvironment
{
    public static async Task<Dictionary<string, string>> VariablesAsync(IResource resource, int replica, RunContext context, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["OTEL_SERVICE_NAME"] = resource.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={resource.Name}-{replica}",
            // Not inherited: they would be meant for the app host itself, if for anyone.
            ["PORT"] = "",
            ["ASPNETCORE_URLS"] = "",
            ["DOTNET_STARTUP_HOOKS"] = "",
        };
        if (resource is ProjectResource)
        {
            variables["ASPNETCORE_ENVIRONMENT"] = context.Environment.EnvironmentName;
            variables["DOTNET_ENVIRONMENT"] = context.Environment.EnvironmentName;
        }

        AddEndpoints(resource, replica, context, variables);
        var callbackContext = new EnvironmentCallbackContext(context.Execution, resource, variables, cancellationToken);
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>())
            await annotation.Callback(callbackContext).ConfigureAwait(false);

        var resolved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in variables) resolved[name] = await ResolveAsync(value, cancellationToken).ConfigureAwait(false) ?? "";
        return resolved;
    }

    public static async Task<List<string>> ArgumentsAsync(IResource resource, RunContext context, CancellationToken cancellationToken)
    {
        var arguments = new List<object>();
        var callbackContext = new CommandLineArgsCallbackContext(arguments, resource, cancellationToken) { ExecutionContext = context.Execution };
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
            await annotation.Callback(callbackContext).ConfigureAwait(false);

        var resolved = new List<string>(arguments.Count);
        foreach (var argument in arguments) resolved.Add(await ResolveAsync(argument, cancellationToken).ConfigureAwait(false) ?? "");
        return resolved;
    }

    private static void AddEndpoints(IResource resource, int replica, RunContext context, Dictionary<string, object> variables)
    {
        var urls = new List<string>();
        foreach (var endpoint in resource.Annotations.OfType<EndpointAnnotation>())
        {
            var port = context.Ports[(endpoint, replica)].ToString(CultureInfo.InvariantCulture);
            if (endpoint.PortVariable is { } variable) variables[variable] = port;
            if (endpoint.UriScheme is "http" or "https") urls.Add($"{endpoint.UriScheme}://{(endpoint.IsExternal ? context.Options.BindAddress : "127.0.0.1")}:{port}");
        }

        if (resource is ProjectResource && urls.Count > 0) variables["ASPNETCORE_URLS"] = string.Join(';', urls);
    }

    private static async ValueTask<string?> ResolveAsync(object value, CancellationToken cancellationToken) => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(cancellationToken).ConfigureAwait(false),
        IResourceBuilder<IResource> { Resource: IValueProvider provider } => await provider.GetValueAsync(cancellationToken).ConfigureAwait(false),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}

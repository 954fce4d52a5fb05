using Aspire.Hosting.ApplicationModel;
using Sentinel.Aspire.Running;

namespace Aspire.Hosting;

public static class ParameterResourceBuilderExtensions
{
    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, bool secret = false) =>
        builder.AddParameterFromConfiguration(name, $"Parameters:{name}", secret);

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, string value, bool publishValueAsDefault = false, bool secret = false) =>
        builder.AddParameter(name, () => value, publishValueAsDefault, secret);

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, Func<string> valueGetter, bool publishValueAsDefault = false, bool secret = false)
    {
        if (publishValueAsDefault && secret)
            throw new ArgumentException($"The parameter '{name}' is a secret; its value cannot be published as a default.", nameof(secret));
        return builder.AddResource(new ParameterResource(name, _ => valueGetter(), secret));
    }

    public static IResourceBuilder<ParameterResource> AddParameter(this IDistributedApplicationBuilder builder, string name, ParameterDefault value, bool secret = false, bool persist = false) =>
        builder.AddResource(new ParameterResource(name, fallback => Configured(builder, $"Parameters:{name}") ?? Generate(builder, name, fallback!, persist), secret) { Default = value });

    public static IResourceBuilder<ParameterResource> AddParameterFromConfiguration(this IDistributedApplicationBuilder builder, string name, string configurationKey, bool secret = false) =>
        builder.AddResource(new ParameterResource(
            name,
            fallback => Configured(builder, configurationKey) ?? fallback?.GetDefaultValue()
                ?? throw new MissingParameterValueException($"The parameter '{name}' has no value. Set the configuration key '{configurationKey}', e.g. the environment variable {configurationKey.Replace(":", "__", StringComparison.Ordinal)}."),
            secret));

    public static IResourceBuilder<ParameterResource> WithDescription(this IResourceBuilder<ParameterResource> builder, string description, bool enableMarkdown = false)
    {
        builder.Resource.Description = description;
        builder.Resource.EnableDescriptionMarkdown = enableMarkdown;
        return builder;
    }

    public static ParameterResource CreateDefaultPasswordParameter(IDistributedApplicationBuilder builder, string name, bool lower = true, bool upper = true, bool numeric = true, bool special = true, int minLower = 0, int minUpper = 0, int minNumeric = 0, int minSpecial = 0)
    {
        var rule = new GenerateParameterDefault { MinLength = 32, Lower = lower, Upper = upper, Numeric = numeric, Special = special };
        return new ParameterResource(name, fallback => Configured(builder, $"Parameters:{name}") ?? Generate(builder, name, fallback!, persist: true), secret: true) { Default = rule };
    }

    private static string? Configured(IDistributedApplicationBuilder builder, string key) => builder.Configuration[key] is { Length: > 0 } value ? value : null;

    private static string Generate(IDistributedApplicationBuilder builder, string name, ParameterDefault rule, bool persist) =>
        persist && builder.ExecutionContext.IsRunMode ? RunOptions.Of(builder).Secrets.GetOrCreate(name, rule.GetDefaultValue) : rule.GetDefaultValue();
}

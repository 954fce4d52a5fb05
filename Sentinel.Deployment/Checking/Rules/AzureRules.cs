using System.Text.RegularExpressions;
using static Sentinel.Deployment.Checking.Rules.Shared;

namespace Sentinel.Deployment.Checking.Rules;

/// <summary>Z: the Azure Developer CLI.</summary>
internal static partial class AzureRules
{
    private static readonly string[] Hosts = ["appservice", "containerapp", "function", "staticwebapp", "aks", "ai.endpoint", "azure.ai.agent", "springapp"];

    public static IEnumerable<CheckRule> All =>
    [
        Error("Z1", "The application has a valid name, and each service a host that exists.", "A misspelt host passes the schema, and fails at the first deployment.", "https://learn.microsoft.com/en-us/azure/developer/azure-developer-cli/azd-schema", s => s.Of(FileKind.AzureDeveloper).SelectMany(f =>
            (Name().IsMatch(f.Root["name"].Text() ?? "") ? [] : new[] { Breach.At(f.File, f.Root["name"] ?? f.Root, $"'{f.Root["name"].Text()}' is no name of lower-case letters, digits and hyphens") })
            .Concat(f.Root["services"].Members().Where(x => !Hosts.Contains(x.Value.At("host").Text())).Select(x => Breach.At(f.File, x.Value.At("host") ?? x.Value, $"{x.Key}: there is no host '{x.Value.At("host").Text()}'"))))),
        Error("Z2", "An Aspire application is one service: its app host.", "The CLI takes the services from the app host, and one more beside it twice.", "https://learn.microsoft.com/en-us/dotnet/aspire/deployment/azd/aca-deployment-azd-in-depth", s => s.Of(FileKind.AzureDeveloper).Where(f => f.Root["services"].Members().Any(x => x.Value.At("project").Text()?.Contains("AppHost", StringComparison.Ordinal) == true) && f.Root["services"].Members().Any(x => x.Value.At("language").Text() != "dotnet" || x.Value.At("project").Text()?.Contains("AppHost", StringComparison.Ordinal) != true)).Select(f => Breach.At(f.File, f.Root["services"], "there is more than the app host, or it is not of the language dotnet"))),
        Error("Z4", "In the manifest, secrets are secret and only what must be is external.", "A password is shown in the portal, a database is on the internet.", "https://aspire.dev/deployment/manifest-format/", Manifest),
    ];

    private static IEnumerable<Breach> Manifest(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.AspireManifest))
        {
            foreach (var (name, resource) in root["resources"].Members())
            {
                if (resource.At("type").Text() == "parameter.v0" && IsSecretName(name.Replace('-', '_')) && !resource.At("inputs", "value", "secret").IsTrue()) yield return Breach.At(file, resource, $"{name} is not marked secret");
                foreach (var (binding, node) in resource.At("bindings").Members().Where(b => b.Value.At("external").IsTrue() && b.Value.At("scheme").Text() is not ("http" or "https"))) yield return Breach.At(file, node, $"{name}: its binding {binding} is external");
                foreach (var (binding, node) in resource.At("bindings").Members().Where(b => b.Value.At("external").IsTrue() && (IsPostgres(resource.At("image").Text()) || IsRedis(resource.At("image").Text())))) yield return Breach.At(file, node, $"{name}: the store's binding {binding} is external");
            }
        }
    }

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    private static partial Regex Name();
}

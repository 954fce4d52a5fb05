using System.Globalization;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Commands;

/// <summary>Where everything is, printed once all of it is healthy.</summary>
internal static class StartupTable
{
    public static string Render(DistributedApplicationModel model, RunContext context, TimeSpan elapsed)
    {
        var rows = new List<(string Name, string Url)>();
        foreach (var resource in model.Resources.OfType<IResourceWithEndpoints>())
        {
            foreach (var endpoint in resource.GetEndpoints().Where(e => e.EndpointAnnotation.IsExternal))
            {
                rows.Add((Title(resource.Name), endpoint.Url));
                if (resource.Name == "api") rows.Add(("API docs", endpoint.Url + "/docs"));
            }
        }

        rows = [.. rows.OrderBy(r => r.Name != "Dashboard")];
        var width = rows.Select(r => r.Name.Length).DefaultIfEmpty(0).Max();
        var text = new StringBuilder().AppendLine().AppendLine(CultureInfo.InvariantCulture, $"Sentinel is ready after {elapsed.TotalSeconds:0.0} s");
        foreach (var (name, url) in rows) text.AppendLine(CultureInfo.InvariantCulture, $"  {name.PadRight(width)}  {url}");
        text.AppendLine(CultureInfo.InvariantCulture, $"  {"Data".PadRight(width)}  {context.Options.DataDirectory}");
        AppendNewSecrets(model, context, text);
        return text.AppendLine("Press Ctrl+C to stop.").ToString();
    }

    // The person must give the webhook secret to GitHub: where it is kept is said, itself it never appears on a terminal that may be recorded.
    private static void AppendNewSecrets(DistributedApplicationModel model, RunContext context, StringBuilder text)
    {
        foreach (var parameter in model.Resources.OfType<ParameterResource>().Where(p => context.Options.Secrets.Created.Contains(p.Name)))
            text.AppendLine(CultureInfo.InvariantCulture, $"  Created {parameter.Name}: kept in {Path.Combine(context.Options.DataDirectory, "secrets", parameter.Name)}");
    }

    private static string Title(string name) => name switch
    {
        "web" => "Dashboard",
        "api" => "API",
        _ => name,
    };
}

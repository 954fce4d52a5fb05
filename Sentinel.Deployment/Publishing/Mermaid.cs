using System.Globalization;
using System.Text;
using Sentinel.Deployment.Model;

namespace Sentinel.Deployment.Publishing;

/// <summary>The topology as a Mermaid flowchart: https://mermaid.js.org/syntax/flowchart.html.</summary>
internal static class Mermaid
{
    public static string Draw(DeploymentModel model)
    {
        var text = new StringBuilder("flowchart LR\n");
        text.Append("  outside((browser and GitHub))\n");
        foreach (var service in model.Services) text.Append(CultureInfo.InvariantCulture, $"  {service.Name}[\"{Label(service)}\"]\n");
        foreach (var store in model.Stores) text.Append(CultureInfo.InvariantCulture, $"  {store.Name}[(\"{store.Name} :{store.Port}\")]\n");
        foreach (var service in model.Services)
        {
            if (service.Public) text.Append(CultureInfo.InvariantCulture, $"  outside --> {service.Name}\n");
            foreach (var target in service.Calls.Concat(service.Stores).Order(StringComparer.Ordinal)) text.Append(CultureInfo.InvariantCulture, $"  {service.Name} --> {target}\n");
            foreach (var job in service.WaitsFor.Where(d => d.Completed)) text.Append(CultureInfo.InvariantCulture, $"  {job.Name} -.->|before| {service.Name}\n");
            if (service.Internet) text.Append(CultureInfo.InvariantCulture, $"  {service.Name} --> internet((internet))\n");
        }
        return text.ToString();
    }

    private static string Label(ServiceModel service) => service switch
    {
        { Kind: ServiceKind.Job } => $"{service.Name}, once",
        { Scale: { Minimum: var least, Maximum: var most } } when least != most => string.Create(CultureInfo.InvariantCulture, $"{service.Name} :{service.Port}, {least} to {most}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{service.Name} :{service.Port}"),
    };
}

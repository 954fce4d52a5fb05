using System.Text.RegularExpressions;

namespace Sentinel.Deployment.Model;

/// <summary>What every target needs of a model. All faults are found, not only the first.</summary>
internal static partial class ModelRules
{
    // AWS Fargate's longest StopTimeout: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html.
    private const int LongestGrace = 120;

    public static IEnumerable<string> Check(DeploymentModel model)
    {
        var names = model.Services.Select(s => s.Name).Concat(model.Stores.Select(s => s.Name)).ToArray();
        foreach (var name in names.Where(n => !DnsLabel().IsMatch(n)))
            yield return $"{name}: a name must be a DNS label (lower-case letters, digits and hyphens, at most 40), because targets make host names of it.";
        foreach (var kind in Enum.GetValues<StoreKind>().Where(k => model.Stores.Count(s => s.Kind == k) != 1))
            yield return $"the model has {model.Stores.Count(s => s.Kind == kind)} stores of the kind {kind}; it needs one.";
        foreach (var store in model.Stores.Where(s => s.Password.Length == 0))
            yield return $"{store.Name}: it has no password; give it a secret parameter.";
        foreach (var store in model.Stores.Where(s => s is { Kind: StoreKind.Postgres, Database.Length: 0 }))
            yield return $"{store.Name}: it has no database; add one with AddDatabase.";
        foreach (var group in model.Running.GroupBy(s => s.Port).Where(g => g.Key != 0 && g.Count() > 1))
            yield return $"{string.Join(" and ", group.Select(s => s.Name))} listen on the same port {group.Key}; each needs its own, because they share one machine on some targets.";
        foreach (var fault in model.Services.SelectMany(service => Check(service, model, names))) yield return fault;
        if (Cycle(model) is { } cycle) yield return $"these wait for each other: {string.Join(" -> ", cycle)}. Remove one WaitFor.";
    }

    private static IEnumerable<string> Check(ServiceModel service, DeploymentModel model, string[] names)
    {
        if (service.Kind != ServiceKind.Job && service.Port is < 1 or > 65535)
            yield return $"{service.Name}: it has no port for containers; give it one with WithHttpEndpoint(targetPort: …).";
        if (service.Scale.Minimum < 1 || service.Scale.Maximum < service.Scale.Minimum)
            yield return $"{service.Name}: it is to have {service.Scale.Minimum} to {service.Scale.Maximum} replicas; the first must be at least 1 and not above the second.";
        if (service.Scale.QueueDepth is < 1) yield return $"{service.Name}: the number of waiting scans for each replica must be at least 1.";
        if (service.Resources is not { CpuRequest: > 0, MemoryMiB: > 0 } || service.Resources.CpuLimit < service.Resources.CpuRequest)
            yield return $"{service.Name}: its resources must be above 0, and the limit not below the request.";
        if (service.GraceSeconds is < 10 or > LongestGrace) yield return $"{service.Name}: its grace period must be 10 to {LongestGrace} seconds.";
        foreach (var dependency in service.WaitsFor.Where(d => !names.Contains(d.Name)))
            yield return $"{service.Name}: it waits for '{dependency.Name}', which is not in the model.";
        foreach (var called in service.Calls.Where(c => model.Services.All(s => s.Name != c)))
            yield return $"{service.Name}: it refers to '{called}', which is not in the model.";
        foreach (var secret in service.Variables.Select(v => v.Value).OfType<SecretValue>().Where(v => model.Secrets.All(s => s.Name != v.Secret)))
            yield return $"{service.Name}: the secret '{secret.Secret}' is not a parameter of the model.";
    }

    private static IReadOnlyList<string>? Cycle(DeploymentModel model)
    {
        var path = new List<string>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        return model.Services.Select(s => Visit(s.Name)).FirstOrDefault(c => c is not null);

        IReadOnlyList<string>? Visit(string name)
        {
            if (path.IndexOf(name) is >= 0 and var at) return [.. path[at..], name];
            if (!done.Add(name) || model.Services.FirstOrDefault(s => s.Name == name) is not { } service) return null;
            path.Add(name);
            var found = service.WaitsFor.Select(d => Visit(d.Name)).FirstOrDefault(c => c is not null);
            path.RemoveAt(path.Count - 1);
            return found;
        }
    }

    [GeneratedRegex("^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$")]
    private static partial Regex DnsLabel();
}

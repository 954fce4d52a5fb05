namespace Sentinel.Deployment.Model;

/// <summary>The app model cannot be deployed as it is; the message lists every fault.</summary>
public sealed class DeploymentFaultException(IReadOnlyList<string> faults)
    : Exception($"The model cannot be deployed: {faults.Count} fault{(faults.Count == 1 ? "" : "s")}.{string.Concat(faults.Select(f => $"{Environment.NewLine}  - {f}"))}")
{
    /// <summary>One line for each fault.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;
}

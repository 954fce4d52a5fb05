namespace Sentinel.ServiceDefaults.Configuration;

/// <summary>The service cannot start with this configuration; the message lists every fault and no value.</summary>
public sealed class ConfigurationFaultException(string serviceName, IReadOnlyList<string> faults) : Exception(Describe(serviceName, faults))
{
    /// <summary>Exit code of a service that was configured wrongly: EX_CONFIG of sysexits.h.</summary>
    public const int ExitCode = 78;

    /// <summary>One line for each fault.</summary>
    public IReadOnlyList<string> Faults { get; } = faults;

    // The operator needs the list, not the place in our code.
    public override string ToString() => Message;

    private static string Describe(string serviceName, IReadOnlyList<string> faults) =>
        $"{serviceName} cannot start: {faults.Count} fault{(faults.Count == 1 ? "" : "s")} in its configuration.{string.Concat(faults.Select(f => $"{Environment.NewLine}  - {f}"))}";
}

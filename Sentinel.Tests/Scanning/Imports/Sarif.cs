namespace Sentinel.Tests.Scanning.Imports;

/// <summary>SARIF as other tools write it.</summary>
internal static class Sarif
{
    public static string Run(string tool, string results, string rules = "") =>
        $$$"""{"version":"2.1.0","runs":[{"tool":{"driver":{"name":"{{{tool}}}","semanticVersion":"1.2.3","rules":[{{{rules}}}]}},"results":[{{{results}}}]}]}""";

    public static string Result(string rule, string path, int line, string message, string region = "") =>
        $$$$$"""{"ruleId":"{{{{{rule}}}}}","message":{"text":"{{{{{message}}}}}"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"{{{{{path}}}}}"},"region":{"startLine":{{{{{line}}}}}{{{{{region}}}}}}}}]}""";

    /// <summary>A result with more members.</summary>
    public static string With(string result, string members) => $"{result[..^1]},{members[1..]}";
}

namespace Sentinel.Scanning.Imports;

/// <summary>What was given is not SARIF that can be imported. The message is for people and says where and why.</summary>
public sealed class SarifException(string message) : Exception(message);

namespace Sentinel.Deployment.Manifests;

/// <summary>A file of a deployment.</summary>
/// <param name="Path">Relative, with forward slashes.</param>
/// <param name="Text">Ends with a line feed; has no other line ends.</param>
/// <param name="Executable">Whether it is run.</param>
public sealed record GeneratedFile(string Path, string Text, bool Executable = false)
{
    /// <summary>First line of every file that takes comments.</summary>
    public const string Notice = "Generated from the app model: dotnet run --project Sentinel.AppHost -- publish. Change the model, not this file.";
}

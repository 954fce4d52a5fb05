using Aspire.Hosting;

namespace Sentinel.Aspire.Projects;

/// <summary>What the build knows of a referenced project beyond Aspire's metadata: where its output is.</summary>
public interface IBuiltProject : IProjectMetadata
{
    /// <summary>The project's built assembly.</summary>
    string TargetPath { get; }
}

/// <summary>A project given by path alone: the runner starts it through its project file.</summary>
internal sealed class PathProjectMetadata(string projectPath) : IProjectMetadata
{
    public string ProjectPath { get; } = projectPath;
}

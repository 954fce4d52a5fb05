using System.Diagnostics;
using Aspire.Hosting;
using Sentinel.Aspire.Running;

namespace Sentinel.Aspire.Projects;

/// <summary>Finds the assembly that a project builds; builds a project that is only known by its path.</summary>
internal static class ProjectOutput
{
    /// <param name="applications">Folder with the published output of each project in a folder of its name; null: the projects' own build output.</param>
    public static async Task<string> FindAsync(IProjectMetadata project, string? applications, CancellationToken cancellationToken)
    {
        if (applications is not null)
        {
            var name = Path.GetFileNameWithoutExtension(project.ProjectPath);
            var published = Path.Combine(applications, name, $"{name}.dll");
            return File.Exists(published) ? published : throw new DistributedApplicationException($"'{published}' is missing: SENTINEL_APPLICATIONS_DIR names a folder without it.");
        }
        var target = project is IBuiltProject built ? built.TargetPath : await BuildAsync(project.ProjectPath, cancellationToken).ConfigureAwait(false);
        return File.Exists(target) ? target : throw new DistributedApplicationException($"'{target}' is missing. Build the solution first: dotnet build");
    }

    private static async Task<string> BuildAsync(string projectPath, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Executables.DotNet(), ["build", projectPath, "--nologo", "-v", "q", "-getProperty:TargetPath"]) { RedirectStandardOutput = true };
        using var build = Process.Start(start)!;
        var output = await build.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await build.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return build.ExitCode == 0 ? output.Trim() : throw new DistributedApplicationException($"'{projectPath}' does not build:\n{output.Trim()}");
    }
}

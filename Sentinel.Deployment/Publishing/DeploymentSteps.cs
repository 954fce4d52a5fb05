using System.Reflection;
using Aspire.Hosting;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.Configuration;
using Sentinel.Deployment.Azure;
using Sentinel.Deployment.Model;

namespace Sentinel.Deployment.Publishing;

/// <summary>The steps of Aspire's pipeline that make deployments.</summary>
public static class DeploymentSteps
{
    internal const string Publish = "sentinel-publish";
    internal const string Graph = "sentinel-graph";
    internal const string Manifest = "sentinel-manifest";

    internal const string TargetsKey = "Deployment:Targets";
    internal const string OutputKey = "Deployment:Output";
    internal const string CheckKey = "Deployment:Check";

    private const int Failed = 1;

    /// <summary>Adds the steps; <c>aspire publish</c> runs the first of them.</summary>
    public static IDistributedApplicationBuilder AddDeployment(this IDistributedApplicationBuilder builder)
    {
        builder.Pipeline.AddStep(Publish, context => GuardAsync(context, PublishAsync, builder), requiredBy: "publish");
        builder.Pipeline.AddStep(Graph, context => GuardAsync(context, GraphAsync, builder));
        builder.Pipeline.AddStep(Manifest, context => GuardAsync(context, ManifestAsync, builder));
        return builder;
    }

    // Aspire ends with 0 whatever a step does, so the exit code is ours to set.
    private static async Task GuardAsync(PipelineStepContext context, Func<DeploymentModel, IDistributedApplicationBuilder, CancellationToken, Task<bool>> run, IDistributedApplicationBuilder builder)
    {
        try
        {
            var model = await ModelReader.ReadAsync(context.Model, context.ExecutionContext, builder.AppHostDirectory, Version, context.CancellationToken).ConfigureAwait(false);
            if (!await run(model, builder, context.CancellationToken).ConfigureAwait(false)) Environment.ExitCode = Failed;
        }
        catch (Exception e) when (e is DeploymentFaultException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            Environment.ExitCode = Failed;
        }
    }

    private static async Task<bool> PublishAsync(DeploymentModel model, IDistributedApplicationBuilder builder, CancellationToken cancellationToken)
    {
        var configuration = builder.Configuration;
        var files = DeploymentTargets.Emit(model, (configuration[TargetsKey] ?? DeploymentTargets.All).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
        var output = configuration[OutputKey] ?? "deploy";
        var folder = new OutputFolder(output);
        if (configuration.GetValue(CheckKey, false))
        {
            var differences = folder.Differences(files);
            foreach (var line in differences) await Console.Out.WriteLineAsync(line).ConfigureAwait(false);
            await Console.Out.WriteLineAsync(differences.Count == 0 ? $"{output} is what the app model says: {files.Count} files." : $"{output} is not what the app model says. Write it again: dotnet run --project Sentinel.AppHost -- publish --output {output}").ConfigureAwait(false);
            return differences.Count == 0;
        }
        folder.Write(files);
        await Console.Out.WriteLineAsync($"{files.Count} files are in {Path.GetFullPath(output)}.").ConfigureAwait(false);
        return true;
    }

    private static async Task<bool> GraphAsync(DeploymentModel model, IDistributedApplicationBuilder builder, CancellationToken cancellationToken)
    {
        await Console.Out.WriteAsync(Mermaid.Draw(model)).ConfigureAwait(false);
        return true;
    }

    private static async Task<bool> ManifestAsync(DeploymentModel model, IDistributedApplicationBuilder builder, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(builder.Configuration[OutputKey] ?? "aspire-manifest.json");
        var folder = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(folder);
        var root = Path.GetRelativePath(folder, Path.GetDirectoryName(Path.GetFullPath(builder.AppHostDirectory))!).Replace('\\', '/');
        await File.WriteAllTextAsync(path, AzureEmitter.Manifest(model, root), cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteLineAsync($"The manifest is in {path}.").ConfigureAwait(false);
        return true;
    }

    internal static string Version => typeof(DeploymentSteps).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

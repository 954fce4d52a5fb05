using System.Reflection;
using Aspire.Hosting;
using Aspire.Hosting.Pipelines;
using Microsoft.Extensions.Configuration;
using Sentinel.Deployment.Manifests;
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
        builder.Pipeline.AddStep(Publish, context => GuardAsync(context, PublishAsync, builder.Configuration), requiredBy: "publish");
        builder.Pipeline.AddStep(Graph, context => GuardAsync(context, GraphAsync, builder.Configuration));
        return builder;
    }

    // Aspire ends with 0 whatever a step does, so the exit code is ours to set.
    private static async Task GuardAsync(PipelineStepContext context, Func<PipelineStepContext, DeploymentModel, IConfiguration, Task<bool>> run, IConfiguration configuration)
    {
        try
        {
            var model = await ModelReader.ReadAsync(context.Model, context.ExecutionContext, Version, context.CancellationToken).ConfigureAwait(false);
            if (!await run(context, model, configuration).ConfigureAwait(false)) Environment.ExitCode = Failed;
        }
        catch (Exception e) when (e is DeploymentFaultException or IOException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            Environment.ExitCode = Failed;
        }
    }

    private static async Task<bool> PublishAsync(PipelineStepContext context, DeploymentModel model, IConfiguration configuration)
    {
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

    private static async Task<bool> GraphAsync(PipelineStepContext context, DeploymentModel model, IConfiguration configuration)
    {
        await Console.Out.WriteAsync(Mermaid.Draw(model)).ConfigureAwait(false);
        return true;
    }

    internal static string Version => typeof(DeploymentSteps).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

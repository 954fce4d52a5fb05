using System.CommandLine;
using Sentinel.Deployment.Checking;
using Sentinel.Deployment.Readiness;

namespace Sentinel.Deployment.Publishing;

/// <summary>
/// The verbs of the app host, such as <c>publish --target compose</c>. Each is a step of Aspire's pipeline; this only turns the words
/// into the arguments that run the step, so that they work with every package set.
/// </summary>
public static class DeploymentVerbs
{
    private const int Misspelt = 2;

    /// <summary>The arguments for the application builder. Misspelt verbs and requests for help end the process.</summary>
    /// <param name="args">Of the process; what does not begin with a verb stays as it is.</param>
    public static string[] Arguments(string[] args)
    {
        // How the Azure Developer CLI asks an app host for its manifest: https://github.com/Azure/azure-dev/blob/main/cli/azd/pkg/tools/dotnet/dotnet.go.
        if (Array.IndexOf(args, "--publisher") is >= 0 and var at && args.ElementAtOrDefault(at + 1) == "manifest")
            return [.. Step(DeploymentSteps.Manifest), $"{DeploymentSteps.OutputKey}={args.ElementAtOrDefault(Array.IndexOf(args, "--output-path") + 1) ?? "aspire-manifest.json"}"];

        var root = Root(out var result);
        // Options and settings, such as API_PORT=3005, are the application's; a word is a verb, or a misspelt one.
        if (args is not [var verb, ..] || verb.StartsWith('-') || verb.Contains('=', StringComparison.Ordinal)) return args;
        var parsed = root.Parse(args);
        var exitCode = parsed.Invoke();
        if (result() is { } arguments) return arguments;
        Environment.Exit(parsed.Errors.Count > 0 ? Misspelt : exitCode);
        return args;
    }

    private static RootCommand Root(out Func<string[]?> result)
    {
        string[]? arguments = null;
        result = () => arguments;
        var targets = new Option<string>("--target") { Description = $"one of: {DeploymentTargets.All}, {string.Join(", ", DeploymentTargets.Names)}; or several, with commas", DefaultValueFactory = _ => DeploymentTargets.All };
        var output = new Option<string>("--output") { Description = "the folder", DefaultValueFactory = _ => "deploy" };
        var check = new Option<bool>("--check") { Description = "write nothing; print what differs, and end with 1 if anything does" };
        var publish = new Command("publish", "Writes the deployments of the app model.") { targets, output, check };
        publish.SetAction(p => arguments =
        [
            .. Step(DeploymentSteps.Publish), $"{DeploymentSteps.TargetsKey}={p.GetValue(targets)}", $"{DeploymentSteps.OutputKey}={p.GetValue(output)}", $"{DeploymentSteps.CheckKey}={p.GetValue(check)}",
        ]);
        var graph = new Command("graph", "Prints the topology as a Mermaid diagram.");
        graph.SetAction(_ => arguments = Step(DeploymentSteps.Graph));
        return new RootCommand("Sentinel's app host") { publish, graph, DeployCheck(), Explain(), Doctor() };
    }

    private static Command DeployCheck()
    {
        var paths = new Argument<string[]>("path") { Description = "files and folders: compose, Kubernetes, CloudFormation, Render, azd, Dockerfiles, workflows, Fluent Bit", Arity = ArgumentArity.OneOrMore };
        var exemptions = new Option<string?>("--exemptions") { Description = $"what is accepted, with reason and expiry; else {Exemptions.FileName} in the folder" };
        var sarif = new Option<string?>("--sarif") { Description = "also write the findings to this file, as SARIF 2.1.0" };
        var command = new Command("deploy-check", "Checks deployments, these or any others: 0 nothing wrong, 1 errors, 2 something could not be read.") { paths, exemptions, sarif };
        command.SetAction(p => CheckVerb.Run(p.GetValue(paths)!, p.GetValue(exemptions), p.GetValue(sarif), DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), Console.Out, Console.Error));
        return command;
    }

    private static Command Explain()
    {
        var id = new Argument<string>("id") { Description = "such as K5" };
        var command = new Command("explain", "Says what a rule of deploy-check is for.") { id };
        command.SetAction(p => CheckVerb.Explain(p.GetValue(id)!, Console.Out, Console.Error));
        return command;
    }

    private static Command Doctor()
    {
        var paths = new Argument<string[]>("path") { Description = "the deployment's folder, and what else shows how it is run", DefaultValueFactory = _ => [.. "deploy .github".Split(' ').Where(Directory.Exists)] };
        var url = new Option<Uri?>("--url") { Description = "also ask a running installation, such as https://sentinel.example.com" };
        var command = new Command("doctor", "Prints the production readiness checklist, each line with its evidence: 0 everything holds, 1 something does not.") { paths, url };
        command.SetAction((p, cancellationToken) => DoctorVerb.RunAsync(p.GetValue(paths)!, p.GetValue(url), DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime), Console.Out, Console.Error, cancellationToken));
        return command;
    }

    private static string[] Step(string name) => ["--operation", "publish", "--step", name];
}

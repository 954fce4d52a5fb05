using System.Diagnostics;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

/// <summary>Compose on one instance: what is not in the template.</summary>
public sealed class Ec2Tests
{
    private static readonly string Folder = Path.Combine(SharedFiles.RepositoryRoot, "deploy", "ec2");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task UserData_FitsCloudInitsSchema() => Assert.Equal("", await DeploymentTools.ValidateAsync("cloud-init", [Path.Combine(Folder, "user-data.yaml")]));

    [Fact]
    public async Task Overlay_FitsTheSpecification() => Assert.Equal("", await DeploymentTools.ValidateAsync("compose", [Path.Combine(Folder, "docker-compose.ec2.yaml")]));

    [Fact]
    public async Task Unit_IsUnderstoodBySystemd()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd is not installed");
        var folder = Directory.CreateTempSubdirectory("sentinel-unit-").FullName;
        try
        {
            // The programs of the instance are not here; the words are what is checked.
            var unit = (await AppModel.TextAsync("ec2/sentinel.service")).Replace("/opt/sentinel/deploy/ec2/fetch-secrets.sh", "/bin/true", StringComparison.Ordinal)
                .Replace("/usr/bin/docker ", "/bin/true ", StringComparison.Ordinal).Replace("docker.service", "", StringComparison.Ordinal).Replace("Requires=\n", "", StringComparison.Ordinal);
            var path = Path.Combine(folder, "sentinel.service");
            await File.WriteAllTextAsync(path, unit, Cancellation);

            var (exitCode, output) = await DeploymentTools.RunAsync("systemd-analyze", ["verify", "--man=no", path], folder);

            Assert.True(exitCode == 0 && !output.Contains("sentinel.service", StringComparison.Ordinal), output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task FetchSecrets_EveryStart_GivesTheSameAndNothingElse()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/bin/python3"), "Writes to /run, with Python.");
        var folder = Directory.CreateTempSubdirectory("sentinel-fetch-").FullName;
        try
        {
            // Secrets Manager, as far as the script asks it: by name, for the text alone.
            await File.WriteAllTextAsync(Path.Combine(folder, "aws"), """
                #!/bin/sh
                case "$4" in
                  arn:generated) printf '%s\n' '{"seed":"0123456789abcdef","redis_password":"chosen"}' ;;
                  arn:settings) printf '%s\n' '{"api_key":"","github_app_private_key":"line 1\nline 2"}' ;;
                  *) exit 1 ;;
                esac
                """, Cancellation);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(folder, "aws"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
            var script = Path.Combine(folder, "fetch.sh");
            await File.WriteAllTextAsync(script, (await AppModel.TextAsync("ec2/fetch-secrets.sh")).Replace("folder=/run/sentinel/secrets", $"folder={folder}/secrets", StringComparison.Ordinal), Cancellation);

            var first = await FetchAsync(script, folder);
            var second = await FetchAsync(script, folder);

            Assert.Equal(first, second);
            Assert.Equal((await AppModel.GetAsync()).Secrets.Select(s => s.File).Order(StringComparer.Ordinal), first.Keys.Order(StringComparer.Ordinal));
            Assert.Equal("chosen", first["redis_password"]);
            Assert.Equal("line 1\nline 2", first["github_app_private_key"]);
            Assert.Equal(["", ""], new[] { first["api_key"], first["github_client_id"] });
            Assert.Matches("^[0-9a-f]{64}$", first["postgres_password"]);
            Assert.NotEqual(first["postgres_password"], first["github_webhook_secret"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Dictionary<string, string>> FetchAsync(string script, string folder)
    {
        var start = new ProcessStartInfo("sh", [script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (key, value) in new[] { ("AWS_REGION", "eu-central-1"), ("GENERATED_SECRET", "arn:generated"), ("SETTINGS_SECRET", "arn:settings") }) start.Environment[key] = value;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation) + await process.StandardError.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal((0, ""), (process.ExitCode, output));
        return Directory.GetFiles(Path.Combine(folder, "secrets")).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllText);
    }
}

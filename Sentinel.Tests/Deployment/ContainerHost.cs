using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sentinel.Deployment.Manifests;
using Sentinel.Tests.Support;

namespace Sentinel.Tests.Deployment;

/// <summary>
/// Runs the services of the compose file as an engine would, as far as a machine without one can: in a network of their own, where each
/// name is an address; each with its image's entry command and folder, the file's environment, secrets and volumes, as the file's user,
/// without capabilities, on a root that cannot be written to. PostgreSQL and Redis are this machine's programs.
/// </summary>
internal sealed partial class ContainerHost : IAsyncDisposable
{
    private const string Nobody = "65534";
    private const string GitHubHost = "git.example";

    private readonly string _folder = Directory.CreateTempSubdirectory("sentinel-containers-").FullName;
    private readonly JsonObject _compose;
    private readonly IReadOnlyList<GeneratedFile> _files;
    private readonly Process _network;
    private string _lastCheck = "";
    private readonly Dictionary<string, Container> _running = new(StringComparer.Ordinal);

    private ContainerHost(IReadOnlyList<GeneratedFile> files, Process network)
    {
        _files = files;
        _compose = ManifestYaml.Read(files.Single(f => f.Path == "compose/docker-compose.yaml").Text).Single();
        _network = network;
    }

    private JsonObject Services => _compose["services"]!.AsObject();

    /// <summary>Skips the test where this cannot be done.</summary>
    public static async Task<ContainerHost> StartAsync()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "A root file system of its own can only be made by root on Linux.");
        foreach (var program in new[] { "unshare", "nsenter", "setpriv", "ip", "redis-server" }) Assert.SkipUnless(Which(program) is not null, $"{program} is not installed.");
        Assert.SkipUnless(PostgresFolder() is not null, "PostgreSQL is not installed.");
        var network = Process.Start(new ProcessStartInfo("unshare", ["--net", "--mount", "sh", "-c", "mount --make-rprivate / && ip link set lo up && echo ready && exec sleep 1000"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        if (await network.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) != "ready") Assert.Skip($"This machine lets nobody make a network: {await network.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)}");
        var host = new ContainerHost(await AppModel.FilesAsync(), network);
        await host.PrepareAsync();
        return host;
    }

    /// <summary>Starts a service when what it waits for is as the file says, and waits until it is healthy or has ended.</summary>
    public async Task<Container> UpAsync(string name)
    {
        if (_running.TryGetValue(name, out var already)) return already;
        var service = Services[name]!.AsObject();
        foreach (var (dependency, condition) in service["depends_on"]?.AsObject() ?? [])
        {
            var other = await UpAsync(dependency);
            if ((string?)condition!["condition"] == "service_completed_successfully") Assert.True(await other.EndAsync() == 0, $"{dependency} failed:\n{other.Output}");
        }
        var container = _running[name] = Launch(name, service, Command(name, service));
        if (service["healthcheck"] is not null) await HealthyAsync(name, container);
        return container;
    }

    /// <summary>Adds a service that the file does not have.</summary>
    public void Add(string name, JsonObject service) => Services[name] = service;

    /// <summary>A copy of a service of the file.</summary>
    public JsonObject Copy(string name) => Services[name]!.DeepClone().AsObject();

    /// <summary>Value of a secret of the file.</summary>
    public Task<string> SecretAsync(string file) => File.ReadAllTextAsync(Path.Combine(_folder, "secrets", file), TestContext.Current.CancellationToken);

    /// <summary>Runs the health check of a service once, where that service is.</summary>
    public async Task<int> HealthAsync(string name)
    {
        var service = Services[name]!.AsObject();
        var test = service["healthcheck"]!["test"]!.AsArray().Select(t => Unescape((string)t!)).ToArray();
        await using var check = Enter(name, test[0] == "CMD-SHELL" ? ["/bin/sh", "-c", test[1]] : test[1..]);
        var exitCode = await check.EndAsync();
        if (exitCode != 0) _lastCheck = check.Output;
        return exitCode;
    }

    /// <summary>Output of a script run inside a service that is up.</summary>
    public async Task<string> ShellAsync(string name, string script)
    {
        await using var shell = Enter(name, ["/bin/sh", "-c", script]);
        await shell.EndAsync();
        return shell.Output;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var container in _running.Values) await container.DisposeAsync();
        _network.Kill(entireProcessTree: true);
        await _network.WaitForExitAsync();
        _network.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task PrepareAsync()
    {
        // The file's own script makes the secrets, and the projects are published as the Dockerfiles do.
        await File.WriteAllTextAsync(Path.Combine(_folder, "init-secrets.sh"), _files.Single(f => f.Path == "compose/init-secrets.sh").Text);
        Assert.Equal(0, (await DeploymentTools.RunAsync("sh", ["init-secrets.sh"], _folder)).ExitCode);
        var hosts = Services.Select(s => s.Key).Append(GitHubHost).Append("localhost").Select(n => $"127.0.0.1 {n}");
        await File.WriteAllLinesAsync(Path.Combine(_folder, "hosts"), hosts);
        var shims = Directory.CreateDirectory(Path.Combine(_folder, "shims")).FullName;
        foreach (var (name, program) in new[] { ("valkey-server", "redis-server"), ("valkey-cli", "redis-cli"), ("pg_isready", $"{PostgresFolder()}/pg_isready") })
            File.CreateSymbolicLink(Path.Combine(shims, name), Which(program) ?? program);
        // Everybody may pass through, as into a container's root.
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        var projects = _files.Where(f => f.Path.EndsWith(".Dockerfile", StringComparison.Ordinal) && f.Text.Contains("\nENTRYPOINT [\"dotnet\"", StringComparison.Ordinal)).Select(f => Path.GetFileNameWithoutExtension(EntryPoint(f.Text)[1])).Distinct();
        var configuration = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";
        foreach (var project in projects)
        {
            var published = await DeploymentTools.RunAsync("dotnet", ["publish", project, "--no-build", "--no-restore", "--configuration", configuration, "--output", Path.Combine(_folder, "apps", project), "-p:UseAppHost=false", "-v", "q", "--nologo"], SharedFiles.RepositoryRoot);
            Assert.True(published.ExitCode == 0, published.Output);
        }
    }

    private Container Launch(string name, JsonObject service, IReadOnlyList<string> command)
    {
        var id = $"{name}-{Guid.NewGuid():N}"[..24];
        var script = Path.Combine(_folder, $"{id}.sh");
        File.WriteAllText(script, Script(name, service, Path.Combine(_folder, "roots", id)));
        return Start(name, ["--target", Number(_network.Id), "--net", "--mount", "unshare", "--mount", "sh", script, .. Unprivileged(name), .. command]);
    }

    private Container Enter(string name, string[] command) =>
        Start(name, ["--target", Number(_running[name].Id), "--net", "--mount", "--root", "--wd", .. Unprivileged(name), .. command]);

    // Users of the stores' images are not users of this machine.
    private string[] Unprivileged(string name)
    {
        var user = Image(name) is null ? Nobody : (string)Services[name]!["user"]!;
        return ["setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"];
    }

    private Container Start(string name, string[] arguments)
    {
        var start = new ProcessStartInfo("nsenter", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["PATH"] = "/shims:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["LANG"] = "C.UTF-8";
        foreach (var (key, value) in ImageEnvironment(name)) start.Environment[key] = value;
        foreach (var (key, value) in Services[name]!["environment"]?.AsObject() ?? []) start.Environment[key] = Unescape((string)value!);
        return new Container(Process.Start(start)!);
    }

    // A root of nothing but this machine's programs, the image's folder, and what the file mounts.
    private string Script(string name, JsonObject service, string root)
    {
        var lines = new List<string> { "set -e", $"R={root}", "mkdir -p $R", "mount -t tmpfs -o mode=0755 tmpfs $R", "mkdir -p $R/app $R/dev $R/etc $R/proc $R/run/secrets $R/shims $R/sys $R/tmp $R/usr $R/var/run $R/var/lib" };
        lines.AddRange(["mount --bind /usr $R/usr", "mount -o remount,bind,ro $R/usr", "mount --bind /etc $R/etc", "mount -o remount,bind,ro $R/etc", $"mount --bind {_folder}/hosts $R/etc/hosts", "mount --rbind /dev $R/dev", "mount --rbind /proc $R/proc", $"mount --bind {_folder}/shims $R/shims"]);
        lines.AddRange(new[] { "bin", "sbin", "lib", "lib64" }.Select(l => $"[ ! -L /{l} ] || ln -s usr/{l} $R/{l}"));
        if (DotNetFolder() is { } dotnet && !dotnet.StartsWith("/usr/", StringComparison.Ordinal)) lines.AddRange([$"mkdir -p $R{dotnet}", $"mount --bind {dotnet} $R{dotnet}"]);
        if (Image(name) is { } image) lines.AddRange([$"mount --bind {_folder}/apps/{Application(image)} $R/app", "mount -o remount,bind,ro $R/app"]);
        foreach (var secret in service["secrets"]?.AsArray() ?? []) lines.AddRange([$": > $R/run/secrets/{secret}", $"mount --bind {_folder}/secrets/{secret} $R/run/secrets/{secret}"]);
        foreach (var mount in service["tmpfs"]?.AsArray() ?? [])
        {
            var (path, options) = ((string)mount!).Split(':') is [var p, var o] ? (p, o) : throw new InvalidDataException($"{mount}");
            lines.AddRange([$"mkdir -p $R{path}", $"mount -t tmpfs -o {options} tmpfs $R{path}"]);
        }
        foreach (var mount in service["volumes"]?.AsArray() ?? [])
        {
            var (volume, path) = ((string)mount!).Split(':') is [var v, var p, ..] ? (v, p) : throw new InvalidDataException($"{mount}");
            lines.AddRange([$"mkdir -p {_folder}/volumes/{volume} $R{path}", $"chown {VolumeOwner(name, path)} {_folder}/volumes/{volume}", $"mount --bind {_folder}/volumes/{volume} $R{path}"]);
        }
        if ((bool?)service["read_only"] == true) lines.Add("mount -o remount,bind,ro $R");
        lines.Add("exec chroot $R /bin/sh -c 'cd /app; exec \"$@\"' sh \"$@\"");
        return string.Join('\n', lines) + "\n";
    }

    // A volume takes the owner of the folder in the image that it is mounted on; where there is none it is root's.
    private string VolumeOwner(string name, string path) =>
        Image(name) is not { } image ? Nobody
        : ChownedFolder().Matches(image).FirstOrDefault(m => m.Groups[2].Value == path) is { } owned ? owned.Groups[1].Value : "0";

    private string[] Command(string name, JsonObject service)
    {
        if (name == "postgres") return PostgresCommand(service);
        var entry = service["entrypoint"]?.AsArray().Select(e => Unescape((string)e!)) ?? EntryPoint(Image(name)!);
        return [.. entry, .. service["command"]?.AsArray().Select(c => Unescape((string)c!)) ?? []];
    }

    // What the image's own entry script does with the file's variables.
    private static string[] PostgresCommand(JsonObject service)
    {
        var bin = PostgresFolder();
        var environment = service["environment"]!;
        return ["/bin/sh", "-ec", $"""
            [ -s "$PGDATA/PG_VERSION" ] || {bin}/initdb --pgdata="$PGDATA" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" {environment["POSTGRES_INITDB_ARGS"]} >/dev/null
            echo "CREATE DATABASE $POSTGRES_DB" | {bin}/postgres --single -D "$PGDATA" postgres >/dev/null
            exec {bin}/postgres -D "$PGDATA" -c listen_addresses=127.0.0.1 -c unix_socket_directories=/var/run/postgresql
            """];
    }

    private string? Image(string name) =>
        Services[name]!["build"]?["dockerfile"] is { } dockerfile ? _files.Single(f => $"deploy/{f.Path}" == (string)dockerfile!).Text : null;

    private IEnumerable<KeyValuePair<string, string>> ImageEnvironment(string name) =>
        Image(name) is { } image ? EnvironmentInstruction().Matches(image).Select(m => KeyValuePair.Create(m.Groups[1].Value, m.Groups[2].Value)) : [];

    private async Task HealthyAsync(string name, Container container)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (container.HasEnded || await HealthAsync(name) != 0)
        {
            Assert.False(container.HasEnded, $"{name} ended before it was healthy:\n{container.Output}");
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromMinutes(1), $"{name} is not healthy; its check says: {_lastCheck}\n{container.Output}");
            await Task.Delay(200, TestContext.Current.CancellationToken);
        }
    }

    private static string[] EntryPoint(string dockerfile) => [.. JsonNode.Parse(EntryPointInstruction().Match(dockerfile).Groups[1].Value)!.AsArray().Select(e => (string)e!)];

    // An image of one service has that service in its folder; the image of all has a folder for each.
    private static string Application(string dockerfile) => EntryPoint(dockerfile)[1] is var assembly && assembly.Contains('/', StringComparison.Ordinal) ? "" : Path.GetFileNameWithoutExtension(assembly);

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static string Unescape(string text) => text.Replace("$$", "$", StringComparison.Ordinal);

    private static string? Which(string program) =>
        Path.IsPathRooted(program) ? program : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Append("/sbin").Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    private static string? PostgresFolder() =>
        Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending(StringComparer.Ordinal).Select(d => Path.Combine(d, "bin")).FirstOrDefault(d => File.Exists(Path.Combine(d, "postgres"))) : null;

    private static string? DotNetFolder() => Which("dotnet") is { } dotnet ? Path.GetDirectoryName(new FileInfo(dotnet).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? dotnet) : null;

    [GeneratedRegex(@"^ENTRYPOINT (\[.*\])$", RegexOptions.Multiline)]
    private static partial Regex EntryPointInstruction();

    [GeneratedRegex(@"^(?:ENV|   ) ([A-Z][A-Za-z_]*)=(\S+)", RegexOptions.Multiline)]
    private static partial Regex EnvironmentInstruction();

    [GeneratedRegex(@"^COPY .*--chown=(\d+:\d+) \S+ (/\S+?)/?$", RegexOptions.Multiline)]
    private static partial Regex ChownedFolder();

    /// <summary>A process that runs as a container would.</summary>
    internal sealed class Container : IAsyncDisposable
    {
        private readonly Process _process;
        private readonly List<string> _lines = [];

        public Container(Process process)
        {
            _process = process;
            process.OutputDataReceived += (_, e) => Keep(e.Data);
            process.ErrorDataReceived += (_, e) => Keep(e.Data);
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
        }

        public int Id => _process.Id;

        public bool HasEnded => _process.HasExited;

        public string Output
        {
            get { lock (_lines) return string.Join('\n', _lines); }
        }

        public async Task<int> EndAsync()
        {
            await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return _process.ExitCode;
        }

        /// <summary>Asks it to stop, as an engine does; the exit code.</summary>
        public async Task<int> StopAsync()
        {
            using var kill = Process.Start("kill", ["-TERM", Number(_process.Id)]);
            await kill.WaitForExitAsync();
            return await EndAsync();
        }

        public async ValueTask DisposeAsync()
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        private void Keep(string? line)
        {
            if (line is null) return;
            lock (_lines) _lines.Add(line);
        }
    }
}

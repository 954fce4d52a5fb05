using System.Globalization;
using System.Net;
using Sentinel.Deployment.Checking;
using Sentinel.Deployment.Checking.Rules;

namespace Sentinel.Deployment.Readiness;

/// <summary>One line of the production readiness checklist, with what shows that it holds, or does not.</summary>
/// <param name="Holds">Null: there is nothing here by which it could be told.</param>
internal sealed record ReadinessLine(string Item, bool? Holds, string Evidence);

/// <summary>The production readiness checklist, for a generated deployment and for one that runs.</summary>
internal static class Doctor
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What files show.</summary>
    /// <param name="schema">Text of the database's schema; null where there is none.</param>
    public static IEnumerable<ReadinessLine> Files(IReadOnlyList<CheckedFile> files, Exemptions exemptions, string? schema, DateOnly today)
    {
        var findings = Checker.Check(files, exemptions, today).Where(f => f.Exemption is null && f.Rule.Level == CheckLevel.Error).ToArray();
        var set = new CheckedSet(files);

        yield return Line("Secrets are in a store", ["X3", "C6", "K15", "A6", "R4", "E2", "D6"], SecretSources(set));
        yield return Line("The database is private", ["C4", "K12", "A1", "A2", "A10", "R3"], Stores(set));
        yield return Line("The schema and its indexes are applied before anything starts", ["X6", "C2", "K18"], Migrations(set, schema));
        yield return Line("Workers are scaled by the queue", ["X7", "K8", "K16", "A8"], Scales(set));
        yield return Line("What fails is tried again, and a bad release rolled back", ["C9", "A7", "K5", "K7", "L5"], Retries(set));
        yield return Line("Every image is unprivileged and stays what it is", ["X4", "C7", "K2", "K3", "A5", "D2"], [$"{Shared.Images(set).Select(i => i.Image).Distinct().Count()} images"]);
        yield return Line("The entrance has TLS", ["K14", "A3", "C5"], Entrances(set));
        yield return Line("Data is backed up", ["A10", "A11", "E5"], Backups(set));
        yield return Line("Somebody is told when it goes wrong", ["A15", "L1", "L4"], Alarms(set));
        yield return Line("CI lints, tests and scans with Trivy", ["G1", "G2", "G3", "G6"], Workflows(set));

        ReadinessLine Line(string item, string[] rules, IEnumerable<string> evidence)
        {
            var broken = findings.Where(f => rules.Contains(f.Rule.Id)).ToArray();
            var shown = evidence.ToArray();
            return broken.Length > 0 ? new ReadinessLine(item, false, string.Join("; ", broken.Take(3).Select(b => $"{b.Path}:{b.Line} {b.Rule.Id} {b.Message}")) + (broken.Length > 3 ? $"; and {broken.Length - 3} more" : ""))
                : shown.Length > 0 ? new ReadinessLine(item, true, string.Join("; ", shown))
                : new ReadinessLine(item, null, "nothing here says so, or the opposite");
        }
    }

    /// <summary>What a running installation shows to a stranger.</summary>
    /// <param name="url">Where the dashboard and the API answer, such as https://sentinel.example.com.</param>
    public static async Task<IReadOnlyList<ReadinessLine>> RunningAsync(Uri url, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Patience, BaseAddress = url };
        return
        [
            await AskAsync(http, "It answers, and so do its database and queue", "/ready", HttpMethod.Get, a => a.StatusCode == HttpStatusCode.OK, cancellationToken).ConfigureAwait(false),
            await AskAsync(http, "The API refuses strangers", "/api/v1/findings", HttpMethod.Get, a => a.StatusCode == HttpStatusCode.Unauthorized, cancellationToken).ConfigureAwait(false),
            await AskAsync(http, "Webhooks without a signature are refused", "/webhooks/github", HttpMethod.Post, a => a.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.UnsupportedMediaType, cancellationToken).ConfigureAwait(false),
            await AskAsync(http, "Metrics are for the inside", "/metrics", HttpMethod.Get, a => a.StatusCode is not HttpStatusCode.OK, cancellationToken).ConfigureAwait(false),
            url.Scheme == Uri.UriSchemeHttps
                ? await AskAsync(http, "Browsers stay with TLS", "/sign-in", HttpMethod.Get, a => a.Headers.Contains("Strict-Transport-Security"), cancellationToken).ConfigureAwait(false)
                : new ReadinessLine("Browsers stay with TLS", false, $"{url} is not https"),
        ];
    }

    private static async Task<ReadinessLine> AskAsync(HttpClient http, string item, string path, HttpMethod method, Func<HttpResponseMessage, bool> holds, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return new ReadinessLine(item, holds(answer), string.Create(CultureInfo.InvariantCulture, $"{method} {path} answers {(int)answer.StatusCode}"));
        }
        catch (Exception fault) when (fault is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return new ReadinessLine(item, false, $"{method} {path} is not answered: {fault.GetBaseException().Message}");
        }
    }

    private static IEnumerable<string> SecretSources(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose).Where(c => c.Root["secrets"].Members().Any())) yield return $"{file.Path}: {root["secrets"].Members().Count()} files";
        foreach (var (file, root) in Pods.Kinds(set, "ExternalSecret")) yield return $"{file.Path}: ExternalSecret {Pods.Name(root)}";
        foreach (var (file, root) in set.Of(FileKind.CloudFormation).Where(c => AwsRules.Of(c.Root, "AWS::SecretsManager::Secret").Any())) yield return $"{file.Path}: {AwsRules.Of(root, "AWS::SecretsManager::Secret").Count()} in Secrets Manager";
        foreach (var (file, root) in set.Of(FileKind.Render)) yield return $"{file.Path}: {root["services"].Each().SelectMany(s => s.At("envVars").Each()).Count(v => v.At("sync").IsFalse() || v.At("generateValue").IsTrue())} asked for or made up";
    }

    private static IEnumerable<string> Stores(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose).Where(c => c.Root["networks"].Members().Any(n => n.Value.At("internal").IsTrue()))) yield return $"{file.Path}: in the internal network '{root["networks"].Members().First(n => n.Value.At("internal").IsTrue()).Key}'";
        foreach (var (file, _) in Pods.Kinds(set, "NetworkPolicy").DistinctBy(p => p.File)) yield return $"{file.Path}: network policies";
        foreach (var (file, root) in set.Of(FileKind.CloudFormation).Where(c => AwsRules.Of(c.Root, "AWS::RDS::DBInstance").Any())) yield return $"{file.Path}: PubliclyAccessible is {AwsRules.Of(root, "AWS::RDS::DBInstance").First().Properties.At("PubliclyAccessible").Text()}";
        foreach (var (file, _) in set.Of(FileKind.Render)) yield return $"{file.Path}: ipAllowList is empty";
    }

    private static IEnumerable<string> Migrations(CheckedSet set, string? schema)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose).Where(c => c.Root["services"].Members().Any(s => s.Value.At("depends_on").Members().Any(d => d.Value.At("condition").Text() == "service_completed_successfully")))) yield return $"{file.Path}: services wait for the end of it";
        foreach (var (file, root) in Pods.Kinds(set, "Job")) yield return $"{file.Path}: Job {Pods.Name(root)}, and init containers that wait for it";
        foreach (var (file, root) in set.Of(FileKind.Render).Where(r => r.Root["services"].Each().Any(s => s.At("preDeployCommand") is not null))) yield return $"{file.Path}: preDeployCommand";
        if (schema is not null) yield return $"the schema has {schema.Split('\n').Count(l => l.Contains("CREATE INDEX", StringComparison.OrdinalIgnoreCase) || l.Contains("CREATE UNIQUE INDEX", StringComparison.OrdinalIgnoreCase))} indexes";
    }

    private static IEnumerable<string> Scales(CheckedSet set)
    {
        foreach (var (file, root) in Pods.Kinds(set, "ScaledObject")) yield return $"{file.Path}: {Pods.Name(root)} {root.At("spec", "minReplicaCount").Text()} to {root.At("spec", "maxReplicaCount").Text()} by {root.At("spec", "triggers").Each().FirstOrDefault().At("type").Text()}";
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
            foreach (var (id, target) in AwsRules.Of(root, "AWS::ApplicationAutoScaling::ScalableTarget").Where(t => AwsRules.Of(root, "AWS::ApplicationAutoScaling::ScalingPolicy").Any(p => p.Properties.At("ScalingTargetId", "Ref").Text() == t.Id && p.Properties.At("TargetTrackingScalingPolicyConfiguration", "CustomizedMetricSpecification") is not null)))
                yield return $"{file.Path}: {id} {target.At("MinCapacity").Text()} to {target.At("MaxCapacity").Text()} by the backlog of each";
        foreach (var (file, root) in set.Of(FileKind.Compose))
            foreach (var (name, service) in root["services"].Members().Where(s => s.Value.At("scale") is not null)) yield return $"{file.Path}: {name}, {service.At("scale").Text()} of them";
    }

    private static IEnumerable<string> Retries(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.Compose).Where(c => c.Root["services"].Members().Any(s => s.Value.At("restart") is not null))) yield return $"{file.Path}: restart {string.Join(", ", root["services"].Members().Select(s => s.Value.At("restart").Text()).OfType<string>().Distinct())}";
        foreach (var (file, _) in set.Of(FileKind.CloudFormation).Where(c => AwsRules.Of(c.Root, "AWS::ECS::Service").Any())) yield return $"{file.Path}: deployments roll back";
        foreach (var (file, root) in Pods.Kinds(set, "Job")) yield return $"{file.Path}: backoffLimit {root.At("spec", "backoffLimit").Text()}";
    }

    private static IEnumerable<string> Entrances(CheckedSet set)
    {
        foreach (var (file, root) in Pods.Kinds(set, "Ingress")) yield return $"{file.Path}: Ingress {Pods.Name(root)} with {root.At("spec", "tls").Each().FirstOrDefault().At("secretName").Text()}";
        foreach (var (file, root) in set.Of(FileKind.CloudFormation).Where(c => AwsRules.Of(c.Root, "AWS::CertificateManager::Certificate").Any())) yield return $"{file.Path}: a certificate, and port 80 leads to 443";
        foreach (var (file, _) in set.Of(FileKind.Render)) yield return $"{file.Path}: Render's own";
    }

    private static IEnumerable<string> Backups(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.CloudFormation))
        {
            foreach (var (id, database) in AwsRules.Of(root, "AWS::RDS::DBInstance")) yield return $"{file.Path}: {id}, {database.At("BackupRetentionPeriod").Text()} days";
            foreach (var (id, _) in AwsRules.Of(root, "AWS::DLM::LifecyclePolicy")) yield return $"{file.Path}: snapshots by {id}";
        }
    }

    private static IEnumerable<string> Alarms(CheckedSet set)
    {
        foreach (var (file, root) in set.Of(FileKind.CloudFormation).Where(c => AwsRules.Of(c.Root, "AWS::CloudWatch::Alarm").Any())) yield return $"{file.Path}: {AwsRules.Of(root, "AWS::CloudWatch::Alarm").Count()} alarms";
        foreach (var (file, _) in set.Of(FileKind.FluentBit)) yield return $"{file.Path}: logs go to a store";
    }

    private static IEnumerable<string> Workflows(CheckedSet set) =>
        set.Of(FileKind.Workflow).Where(w => w.File.Text.Contains("trivy-action", StringComparison.Ordinal) && (w.File.Text.Contains(".ci/run", StringComparison.Ordinal) || w.File.Text.Contains("dotnet test", StringComparison.Ordinal)))
            .Select(w => $"{w.File.Path}: {string.Join(", ", w.Root["jobs"].Members().Select(j => j.Key))}");
}
